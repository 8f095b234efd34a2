// template.mjs - the canonical text of frozen facts, written from core/report/PROOF.md section 2 alone.
// Facts come as a Map with the numbers of section 1.

const WORDS = {
    1: {
        indent: '　　', colon: '：', comma: '，', list: '、', money: (m) => `${m} 元`,
        title: (n, v) => `服务凭证 ${n} 第 ${v} 版`, edition: (n) => `第 ${n} 版`,
        labels: '公司 工单 客户 地址 电话 设备 厂家 型号 机号 叫修内容 来电 到达 完成 故障 原因 原因说明 责任 处理 处理说明 结果 结果说明 隐患 同意收费 类别 人工费 配件费 上门费 其他费用 收费标准 技术员 分公司 应付'.split(' '),
        part: ['配件 ', '单价', '换件原因', '旧件', '新件机号', '旧件机号', '旧件说明'], price: '收费项目 ',
        charged: ['不收费', '收费'], tidy: '已清场', taught: '已讲解使用保养', consent: ['否', '是'], estimate: '估价 ', until: '至 ',
        causes: '未说明 磨损老化 产品质量 安装不当 使用不当 意外损坏 环境原因 未见故障 其他'.split(' '),
        responsibility: '未说明 厂家 用户 安装方 无责任方 其他'.split(' '),
        actions: '- 更换 紧固 清洗 调试 加注 修复 检查 讲解 其他'.split(' '),
        reasons: '未说明 失效 磨损 损坏 预防性更换 缺件 其他'.split(' '), olds: '未说明 带回 客户留下 无旧件'.split(' '),
        results: '未说明 恢复正常 部分恢复 未修复'.split(' '), classes: ['', 'A 有费', 'B 合同', 'C 免费'],
        bases: '- 保修以外 保养合同 保修 用户损坏 技术员判定'.split(' '),
    },
    2: {
        indent: '  ', colon: ': ', comma: ', ', list: ', ', money: (m) => `CNY ${m}`,
        title: (n, v) => `Service report ${n} version ${v}`, edition: (n) => `edition ${n}`,
        labels: 'Company|Job|Customer|Address|Phone|Equipment|Maker|Model|Serial number|Fault as told|Call|Arrival|Finished|Fault|Cause|Cause in words|Responsibility|Action|Action in words|Result|Result in words|Hidden danger|Consent to the fee|Class|Labour|Parts|Travel|Other|Price list|Technician|Branch|Amount due'.split('|'),
        part: ['Part ', 'Unit price', 'Reason', 'Old part', 'Serial of the new part', 'Serial of the old part', 'On the old part'], price: 'Price item ',
        charged: ['not charged', 'charged'], tidy: 'place left tidy', taught: 'use and care explained', consent: ['no', 'yes'], estimate: 'estimate ', until: 'until ',
        causes: 'not said|wear and age|product defect|wrong installation|wrong use|accident|surroundings|no fault found|other'.split('|'),
        responsibility: 'not said|maker|user|installer|nobody|other'.split('|'),
        actions: '-|replaced|tightened|cleaned|adjusted|refilled|repaired|inspected|explained|other'.split('|'),
        reasons: 'not said|failed|worn|damaged|preventive|missing|other'.split('|'), olds: 'not said|taken back|left with the customer|none'.split('|'),
        results: 'not said|works|works in part|not fixed'.split('|'), classes: ['', 'A paid', 'B contract', 'C free'],
        bases: ['', 'outside the warranty', 'maintenance contract', 'warranty', 'damaged by the user', "the technician's judgement"],
    },
};
const ascii = (b) => Buffer.from(b).toString('latin1');
const two = (n) => String(n).padStart(2, '0');

export function render(f) {
    const w = WORDS[f.get(1)], num = (k) => Number(f.get(k) || 0), zone = num(14);
    const money = (m) => w.money(`${m < 0 ? '-' : ''}${Math.trunc(Math.abs(m) / 100)}.${two(Math.abs(m) % 100)}`);
    const quantity = (q) => {
        const s = `${Math.trunc(Math.abs(q) / 1000)}.${String(Math.abs(q) % 1000).padStart(3, '0')}`;
        return (q < 0 ? '-' : '') + s.replace(/0+$/, '').replace(/\.$/, '');
    };
    const typed = (s) => s.replaceAll('\n', `\n${w.indent}`);
    const date = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
    const time = (minute) => {
        const local = minute + zone, day = Math.floor(local / 1440), m = local - day * 1440, z = Math.abs(zone);
        return `${date(day)} ${two(Math.trunc(m / 60))}:${two(m % 60)} ${zone < 0 ? '-' : '+'}${two(Math.trunc(z / 60))}:${two(z % 60)}`;
    };
    const coded = (code, name) => (code.length > 0 ? ascii(code) : '—') + (name ? ` · ${typed(name)}` : '');
    const out = [w.title(ascii(f.get(3)), f.get(2))];
    const raw = (label, value) => out.push(`${label}${w.colon}${value}`);
    const line = (i, value) => raw(w.labels[i], value);
    const text = (i, k) => f.has(k) && line(i, typed(f.get(k)));
    [5, 4, 6, 7, 8, 9, 12, 10, 11, 13].forEach((k, i) => text(i, k));
    if (f.has(15)) line(10, time(num(15)));
    line(11, time(num(16)));
    line(12, time(num(17)));
    if (f.has(18) || f.has(19)) line(13, coded(f.get(18) || [], f.get(19)));
    line(14, w.causes[num(20)]);
    text(15, 21);
    line(16, w.responsibility[num(22)]);
    if (f.has(23)) line(17, f.get(23).map((a) => w.actions[a]).join(w.list));
    text(18, 24);
    (f.get(25) || []).forEach(([code, name, sin, sout, qty, unit, reason, old, why, charged], i) => {
        raw(w.part[0] + (i + 1), `${coded(code, name)} × ${quantity(qty)}`);
        raw(w.part[1], money(unit) + w.comma + w.charged[Number(charged)]);
        raw(w.part[2], w.reasons[reason] + w.comma + w.part[3] + w.colon + w.olds[old]);
        if (sin.length > 0) raw(w.part[4], ascii(sin));
        if (sout.length > 0) raw(w.part[5], ascii(sout));
        if (why) raw(w.part[6], typed(why));
    });
    line(19, w.results[num(26)] + (f.has(28) ? w.comma + w.tidy : '') + (f.has(29) ? w.comma + w.taught : ''));
    text(20, 27);
    text(21, 30);
    (f.get(31) || []).forEach(([code, name, qty, unit, amount], i) => {
        raw(w.price + (i + 1), `${coded(code, name)}${w.comma}${quantity(qty)} × ${money(unit)} = ${money(amount)}`);
    });
    if (f.has(31) || f.has(32) || f.has(33)) {
        line(22, w.consent[Number(f.has(32))] + w.comma + w.estimate + money(num(33)));
    }
    line(23, w.classes[f.get(34)] + (f.has(35) ? w.comma + w.bases[f.get(35)] : '') +
        (f.has(36) ? w.comma + w.until + date(num(36)) : ''));
    [37, 38, 39, 40].forEach((k, i) => f.has(k) && line(24 + i, money(num(k))));
    if (f.has(42)) line(28, w.edition(f.get(42)));
    text(29, 43);
    text(30, 44);
    line(31, money(num(41)));
    return out.join('\n');
}
