#!/bin/sh
# Goal of this test: the desks on a long day (desks.mjs is the browser's half)
# - hundreds of rows: what was leafed to stays when somebody writes, and is printed whole; people by name, all of them,
# - every figure of the overview leads to the list that it counts, and is its length,
# - what cannot be done yet is not offered, and why is said; two who dispatch one call see each other,
# - on every page what is pressed, focused, selected or half typed survives what others write,
# - names of 60 characters and more, empty lists, nothing found; the keyboard alone reaches everything, in a ring that is seen,
# - every dialog of every role in both languages and widths: no serious finding, no sideways scrolling.
set -u
. tests/support/e2e.sh
e2e_begin desks
browser_first
need "headquarters with its books is made" hq_demo "$T/hq"
crowd() { # 230 more technicians, out of order; names too long for any column; 230 more calls
    {
        echo 'id,name,branch,role,phone'
        printf 'P998,%s,HZ1,technician,\nP999,%s,HZ2,technician,\n' "$LONG_ZH" "$LONG_EN"
        awk 'BEGIN { split("赵 阿 周 白 吴 陈 郑 邓 王 冯 孙 高 钱 何 李 贾 沈 孔 韩 刘 杨 马", f, " "); split("一 二 三 四 五 六 七 八 九 十 百", g, " ")
            for (i = 0; i < 228; i++) printf "P%03d,%s%s,HZ%d,technician,\n", i, f[i * 5 % 22 + 1], g[i * 7 % 11 + 1], i % 2 + 1 }'
    } >"$T/technicians.csv"
    printf 'id,name,phone,address,note\nL-1,%s,0571-0000-9001,%s,%s\nL-2,%s,0571-0000-9002,%s,\n' "$LONG_ZH" "$LONG_ZH" "$LONG_ZH" "$LONG_EN" "$LONG_EN" >"$T/customers.csv"
    printf 'id,customer,model,serial,name,maker,location\nL-3,L-1,%s,LX-1,%s,%s,%s\nL-4,L-2,%s,LX-2,%s,%s,%s\n' "$LONG_ZH" "$LONG_ZH" "$LONG_ZH" "$LONG_ZH" "$LONG_EN" "$LONG_EN" "$LONG_EN" "$LONG_EN" >"$T/equipment.csv"
    {
        echo 'id,customer,equipment,call_time,fault_text,technician,contact,phone'
        printf 'L-5,L-1,L-3,2026-11-20 08:01,%s,P998,%s,\nL-6,L-2,L-4,2026-11-20 08:02,%s,P999,%s,\n' "$LONG_ZH" "$LONG_ZH" "$LONG_EN" "$LONG_EN"
        awk 'BEGIN { for (i = 0; i < 228; i++) printf "Q-%03d,C-10%02d,,2026-10-%02d %02d:%02d,noise %d,%s,,\n", i, i % 12 + 1, i % 28 + 1, 8 + i % 9, i % 60, i, i % 3 ? sprintf("P%03d", i * 11 % 228) : "" }'
    } >"$T/jobs.csv"
    for kind in technicians customers equipment jobs; do hq_import $kind "$T/$kind.csv" || return 1; done
}
LONG_ZH=$(awk 'BEGIN { for (i = 0; i < 8; i++) printf "杭州湾钱塘江畔股份公司" }')
LONG_EN='The Worshipful and Incorporated Proprietors of the Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Refrigeration Works'
need "a crowd of people and calls is imported, some with very long names" crowd
users() {
    user_add admin && user_add clerk clerk 许文静 && user_add clerk2 clerk 方圆 && user_add super supervisor 周建国 && user_add super2 supervisor 钱立 HZ1 &&
        user_add acct accountant 沈秋萍 && user_add keeper "parts keeper" 罗永明 && user_add manager "branch manager" 高建军 && user_add dept "service department" 孙立
}
need "everybody has a login" users
need "docketd serves the console" server_start "$T/hq" --assets build/assets
visit() { # signed and paid in cash
    device_make "$T/dev" T01 && device_sync "$T/dev" || return 1
    job=$(job_id "$T/dev" J-261120-01)
    sed "s/@JOB@/#job:$job/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" assets/demo/visit-a.script >"$T/visit.script"
    play "$T/dev" "$T/visit.script" && device_sync "$T/dev"
}
need "a technician's signed visit, paid in cash, is at headquarters" visit
mkdir -p "${SHOTS:=$T/shots}"
TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/desks.mjs "$URL" "$SHOTS" "$T/sheets" 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}
