// What codes mean. The API answers codes; every word of them stands here, once.
import { _, N_, fmt, money } from './i18n.js';

export const STATES = {
    job: {
        registered: N_('Not dispatched'), dispatched: N_('Dispatched'), accepted: N_('Accepted'),
        on_site: N_('On site'), waiting: N_('Waiting for another visit'), signed: N_('Signed'),
        archived: N_('Archived'), cancelled: N_('Cancelled'),
    },
    goods: {
        taken: N_('With the technician'), in: N_('Received'), in_work: N_('In repair'), finished: N_('Finished'), passed: N_('Passed inspection'),
        out: N_('Returned'), voided: N_('Receipt void'),
    },
    slip: {
        proposed: N_('Proposed'), approved: N_('Approved'), refused: N_('Refused'), issued: N_('Issued'),
        cleared: N_('Cleared'),
    },
    day: { submitted: N_('Handed in'), reviewed: N_('Reviewed'), signed: N_('Signed by the manager'), received: N_('Filed') },
    invoice: { issued: N_('Issued'), handed: N_('Handed over'), mailed: N_('Mailed') },
    device: { active: N_('Active'), revoked: N_('Revoked') },
    edition: { stands: N_('In force'), superseded: N_('Superseded') },
    quarantine: { kept: N_('Set aside'), shown: N_('Shown by a customer, not held here'), came: N_('Came meanwhile'), settled: N_('Seen to') },
    user: { open: N_('Open'), shut: N_('Shut') },
    token: { active: N_('Active'), expired: N_('Expired'), ended: N_('Ended') },
};
export const stateWord = (type, state) => (state && STATES[type] && STATES[type][state] ? _(STATES[type][state]) : state || '');

export const TYPES = {
    job: N_('Call'), customer: N_('Customer'), equipment: N_('Equipment'), contract: N_('Maintenance contract'),
    technician: N_('Person'), stock: N_('Van stock'), goods: N_('Goods'), slip: N_('Issue slip'),
    day: N_('Daily report'), invoice: N_('Invoice'), device: N_('Handheld'), edition: N_('Catalogue'),
    quarantine: N_('Set aside'), user: N_('Login'), token: N_('Access token'),
};
// The parts of registers that are worklists, as the server names them.
export const ONLY = { late: N_('Past the deadline'), open: N_('Open goods receipts'), workshop: N_('In the workshop'), unhelped: N_('Late repairs without help'), waiting: N_('Waits for an answer'), answered: N_('Answered'), silent: N_('Silent for more than 3 days') };
export const ROLES = {
    clerk: N_('Clerk'), supervisor: N_('Supervisor'), technician: N_('Technician'), accountant: N_('Accountant'),
    'parts keeper': N_('Parts keeper'), 'branch manager': N_('Branch manager'),
    'service department': N_('Service department'), administrator: N_('Administrator'), headquarters: N_('Headquarters'),
};
export const roleWord = (r) => (ROLES[r] ? _(ROLES[r]) : r || '');

export const CLASS_LETTERS = ['', 'A', 'B', 'C', 'D'];
export const CLASSES = [null, N_('A paid'), N_('B contract'), N_('C free'), N_('D internal')];
export const CHANNELS = [null, N_('Telephone'), N_('Document'), N_('By a technician')];
// What of a call that a technician took is not on file: bits.
export const NEW_WITH = [null, N_('The customer'), N_('The equipment'), N_('Customer and equipment')];
export const ZONES = [null, N_('City'), N_('Suburb')];
export const LANGUAGES = [null, '中文', 'English'];
export const PRIORITIES = [N_('Ordinary'), N_('Urgent')];
export const POSITIONS = [null, N_('Recorded'), N_('Not recorded')];
export const YES = [null, N_('Signed by the customer')];
export const REOPEN_REASONS = [null, N_('The amount is wrong'), N_('The content is wrong'), N_('The customer asks for it'), N_('Other reason')];
export const CANCEL_REASONS = [null, N_('The customer withdrew it'), N_('Registered twice'), N_('Settled by telephone'), N_('Other reason')];
export const ADMIT_REASONS = [null, N_('Its technician says that it is his'), N_('The customer confirms it'), N_('The handheld was found'), N_('Other reason')];
// What was done about an item that could not be kept.
export const ITEM_REASONS = [null, N_('It came again whole: nothing is missing'), N_('The handheld was seen to'), N_('Whoever sent it was asked'), N_('Reported as a fault'), N_('Other reason')];
// What is decided about a help request (A-13).
export const HELP_DECISIONS = [null, N_('Help is coming'), N_('Advice'), N_('A colleague takes it over'), N_('Another time was agreed'), N_('As the technician proposed'), N_('Another decision')];
export const HELP_STATES = { waiting: N_('Waits for an answer'), answered: N_('Answered') };
const HELP_REASONS = [null, N_('Not ready by the planned time'), N_('The cause cannot be found'), N_('A second person or a tool is needed'), N_('A larger problem')];
// Why an entry of a revoked handheld does not count.
const LATE = { after: N_('after the last that is trusted'), journal: N_('of a journal that is not trusted'), branch: N_('on the side of a fork that is not trusted') };
export const lateWord = (why) => (LATE[why] ? _(LATE[why]) : why);
const CAUSES = [null, N_('Wear'), N_('Defect'), N_('Installation'), N_('Misuse'), N_('Accident'), N_('Surroundings'), N_('No fault found'), N_('Other')];
const RESPONSIBLE = [null, N_('Maker'), N_('User'), N_('Installer'), N_('Nobody'), N_('Other')];
const ACTIONS = [null, N_('Replace'), N_('Tighten'), N_('Clean'), N_('Adjust'), N_('Refill'), N_('Repair'), N_('Inspect'), N_('Explain'), N_('Other')];
const RESULTS = [null, N_('Works'), N_('Works with limits'), N_('Not fixed')];
const OLD_PARTS = [null, N_('Taken back'), N_('Left with the customer'), N_('No old part')];
const ENDS = [null, N_('Nobody there'), N_('Part wanted'), N_('Price refused'), N_('Help wanted'), N_('Handed over'), N_('Other reason'), N_('Goods taken away'), N_('Goods returned')];
const CONDITIONS = [null, N_('Good'), N_('Worn'), N_('Scratched'), N_('Damaged')];
const RECEIPTS = [null, N_('Receipt handed back'), N_('Receipt lost')];
export const PAYMENTS = [null, N_('Cash'), N_('Card'), N_('Mobile'), N_('Transfer'), N_('Invoice later')];
export const OUTCOMES = [null, N_('Signed'), N_('Refuse to sign'), N_('Customer absent')];
export const DEADLINES = [null, N_('Arrive'), N_('Reply within 3 hours'), N_('Plan within 6 hours'), N_('On site within 72 hours')];
// Why something lies aside: of a bundle, and 64: shown at /verify.
const ODD = ['', N_('Of no form that is known'), N_('Its signature does not hold'), N_('Nobody whom we trust vouches for its author'), N_('It does not follow what is held'), N_('A second entry under one number'), N_('More than its author may send in a day'), N_('Content that is not what its name says'), N_('Same entries, another state'), N_('Its author is stopped'), N_('Other entries of one subject')];
export const ODD_SHOWN = 64; // a customer brought it, not who has the journal
export const oddWord = (n) => (n === ODD_SHOWN ? _('A genuine sign-off that a customer showed and headquarters does not hold: a journal was withheld or rolled back') : ODD[n] ? _(ODD[n]) : String(n));
export const at = (list, i) => (list[i] ? _(list[i]) : i ? String(i) : '');

const KINDS = {
    'record.set': N_('Written'), 'job.assigned': N_('Dispatch'), 'job.cancelled': N_('Call cancelled'),
    'job.archived': N_('Struck off: the voucher is back'), 'job.restored': N_('Call restored'),
    'cash.accepted': N_('Cash handed in'), certificate: N_('Handheld enrolled'), revoked: N_('Handheld revoked'),
    forgotten: N_('Erased by law'), edition: N_('Catalogue published'), 'journal.opened': N_('Journal opened'),
    admitted: N_('Entries admitted after all'), 'visit.accepted': N_('Accepted'), 'visit.travelling': N_('Travelling'),
    'visit.arrived': N_('Arrived'), 'visit.diagnosed': N_('Diagnosis'), 'visit.class': N_('Class'),
    'visit.priced': N_('Price list and estimate'), 'visit.part': N_('Part'), 'visit.action': N_('Action'),
    'visit.tested': N_('Test'), 'visit.fee': N_('Fee'), 'visit.signed': N_('Customer signs'), 'visit.left': N_('Left the site'),
    'visit.ended': N_('End of the visit'), 'visit.paid': N_('Payment'), withdrawn: N_('Evidence withdrawn'),
    'job.reopened': N_('Reopen'), 'handover.asked': N_('Asked to hand over'), 'help.asked': N_('Help request'), 'help.answered': N_('Help request answered'),
    proposed: N_('Proposal'), 'login.made': N_('Login made'), 'login.password': N_('New password'),
    'login.shut': N_('Login shut'), 'login.opened': N_('Login opened again'), 'login.sessions': N_('All its sessions ended'),
    'token.made': N_('Access given'), 'token.ended': N_('Access ended'), 'item.came': N_('It came in'), 'item.again': N_('It came again'), 'item.settled': N_('Seen to'), 'set.aside': N_('Set aside'), 'visit.taken': N_('Goods taken away'), 'visit.returned': N_('Goods returned'), 'visit.position': N_('Position'), 'visit.rated': N_('Rating'),
};
export const kindWord = (k) => (KINDS[k] ? _(KINDS[k]) : k);

// The words that go with the outcome: why it was not signed; of a signed one its company seal.
export const outcomeWords = (s) => (s.words && s.outcome === 1 ? fmt(_('Company seal: %s'), s.words) : s.words || '');
const place = (p) => (p ? `${(p.lat_e7 / 1e7).toFixed(5)}, ${(p.lon_e7 / 1e7).toFixed(5)}${p.accuracy_mm ? ` ±${Math.ceil(p.accuracy_mm / 1000)} m` : ''}` : _('Not kept here any more'));
// What a fact of a visit says, in one line.
export function factWords(kind, b, money, quantity) {
    const list = {
        'visit.diagnosed': () => [b.fault, b.fault_words, at(CAUSES, b.cause), b.cause_words, b.responsibility ? fmt(_('Responsibility: %s'), at(RESPONSIBLE, b.responsibility)) : ''],
        'visit.class': () => [at(CLASSES, b.class)],
        'visit.priced': () => [money(b.estimate_minor), b.consented ? _('Agreed') : _('Price refused')],
        'visit.part': () => [`${b.number || b.part_words || ''} × ${quantity(b.qty_milli)}`, b.serial_in, at(OLD_PARTS, b.old_part), b.old_why],
        'visit.action': () => [...(b.codes || []).map((c) => at(ACTIONS, c)), b.words],
        'visit.tested': () => [at(RESULTS, b.result), b.result_words, b.danger ? fmt(_('Hidden danger: %s'), b.danger) : ''],
        'visit.fee': () => [money(b.total_minor)],
        'visit.ended': () => [at(ENDS, b.outcome), b.part, b.note],
        'visit.paid': () => [money(b.amount_minor), at(PAYMENTS, b.method), b.receipt],
        'visit.taken': () => [b.receipt, at(CONDITIONS, b.condition), b.serial],
        'visit.returned': () => [b.receipt, at(RECEIPTS, b.outcome), money(b.total_minor)],
        'visit.position': () => [place(b.position)],
        'help.asked': () => [at(HELP_REASONS, b.reason), b.note], 'handover.asked': () => [b.note], proposed: () => [b.words],
    }[kind];
    return list ? list().filter(Boolean).join(' · ') : '';
}

export const RULES = {
    role: N_('This is for another role.'),
    step_out_of_order: N_('The paper is not at this step.'),
    receipt_and_acknowledgement_needed: N_('The customer needs a receipt, and must have signed for the taking away.'),
    goods_not_passed: N_('Nothing goes back before the supervisor has inspected it.'),
    customer_has_not_signed: N_('The receipt becomes void only with the customer\'s signature.'),
    voucher_filed: N_('The voucher is struck off and filed: register a new call.'),
    voucher_not_back: N_('The signed voucher is not back yet.'),
    goods_receipt_open: N_('A thing of this customer is still here: its receipt is open.'),
    cash_not_handed_in: N_('The cash of this call has not been handed in.'),
    more_than_is_out: N_('More than the technician has out of this call: %s is out. If he hands in more, his handheld syncs first.'),
    slip_not_approved: N_('The slip has not been approved.'),
    old_part_owed: N_('The old part is still owed.'),
    repairer_is_inspector: N_('Who repaired does not inspect.'),
    collector_is_invoicer: N_('Who collected the money does not invoice it.'),
    no_help_asked: N_('Nobody asks for help any more, or for something else by now.'),
    answer_says_too_little: N_('Say who comes or takes over, which time was agreed, or what to do.'),
    user_is_keeper: N_('Who uses the part neither approves nor issues it.'),
};
const PROBLEMS = {
    'bad-input': N_('Something in the form is wrong. Nothing was written.'),
    login: N_('Login or password is wrong.'),
    'login-wait': N_('Too many wrong tries. Wait a little, then try again.'),
    unauthenticated: N_('Your session has ended. Log in again.'),
    csrf: N_('This page is out of date. Load it again.'),
    password: N_('The password is wrong.'),
    'password-length': N_('A password has 12 to 128 characters. Nothing was written.'), 'password-common': N_('This password is guessed at once: words, rows of keys and repeats count little. Take another.'),
    role: N_('This is for another role.'), forbidden: N_('This is for another role.'), branch: N_('This belongs to another branch.'),
    scope: N_('This is for another role.'), 'not-found': N_('There is no such record, or it is not yours to see.'),
    exists: N_('This number is taken already.'), busy: N_('Headquarters is busy. Nothing was written. Try again.'),
    changed: N_('Somebody changed this meanwhile. Nothing was written.'), 'too-large': N_('This is too long. Nothing was written.'),
    store: N_('Headquarters could not do this. Nothing was written.'),
};
// A look that failed wrote nothing and lost nothing, and says no word of either.
const OF_WRITES = ['changed', 'store', 'too-large'];
function unread(status, kind) {
    if (status === 0) { return _('Headquarters cannot be reached. Try again.'); }
    if (kind === 'busy') { return _('Headquarters is busy. Try again.'); }
    return PROBLEMS[kind] && !OF_WRITES.includes(kind) ? _(PROBLEMS[kind]) : _('This could not be read. Try again.');
}
export function problemWords(status, body, read) {
    const kind = String(body.type || '').replace('/problems/', '');
    if (read && kind !== 'bad-input') { return unread(status, kind); }
    if (kind === 'rule') { return `${RULES[body.rule] ? fmt(_(RULES[body.rule]), money(body.amount_minor || 0)) : body.rule} (${body.rule_id})`; }
    if (status === 0) { return _('Headquarters cannot be reached. Your entry is still in the form. Try again.'); }
    const words = read ? _('Something in the filter is wrong.') : PROBLEMS[kind] ? _(PROBLEMS[kind]) : _('That did not work. Nothing was written.');
    // The server's own remark names the field; it is in English and helps who asks for help.
    return kind === 'bad-input' && body.detail ? `${words} (${body.detail})` : words;
}
