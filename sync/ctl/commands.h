/* commands.h - the list of docketctl's subcommands: one row each, in the order of --help.
 * COMMAND(identifier, name, usage, summary); the function is ctl_cmd_<identifier> in
 * cmd_<identifier>.c. */
#ifndef SYNC_CTL_COMMANDS_H
#define SYNC_CTL_COMMANDS_H

#define CTL_COMMANDS                                                                               \
    COMMAND(init_hq, "init-hq",                                                                    \
            "--store DIR --name NAME [--keys FILE] [--root FILE] [--legal-days N] [--pub FILE]\n"  \
            "  docketctl init-hq --store DIR --rotate root [--root FILE] [--new-root FILE] "       \
            "[--keys FILE] [--pub FILE]\n"                                                         \
            "  --rotate root: the key in --root (DIR.root) signs for the last time and names the " \
            "one in --new-root\n"                                                                  \
            "  (DIR.root.new; made when it is not there), which alone signs from then on",         \
            "make headquarters: keys, root, trust document, store; change its root key")           \
    COMMAND(technician, "technician",                                                              \
            "--store DIR --id CODE --name NAME [--role ROLE] [--branch CODE] [--phone TEXT] "      \
            "[--keys FILE] [--json]",                                                              \
            "add or change a person of the company")                                               \
    COMMAND(user, "user",                                                                          \
            "add|list|password|disable|enable|sessions --store DIR [--login NAME] [--person "      \
            "CODE | --name NAME --role ROLE [--branch CODE]] [--password-fd N] [--keys FILE] "     \
            "[--json]",                                                                            \
            "who may log in to the console")                                                       \
    COMMAND(enrol, "enrol",                                                                        \
            "--store DIR --technician CODE [--minutes N | --file FILE] [--keys FILE] [--json]",    \
            "a code for one new device")                                                           \
    COMMAND(join, "join",                                                                          \
            "--store DIR --code CODE (--url URL | --trust FILE --request FILE | --grant FILE) "    \
            "[--pin-fd N]",                                                                        \
            "make this device's store, from a code")                                               \
    COMMAND(recover, "recover",                                                                    \
            "--store HQ --device AUTHOR [--minutes N | --file FILE] [--keys FILE] [--json]\n"      \
            "  docketctl recover --store DIR --show\n"                                             \
            "  docketctl recover --store DIR --code CODE (--url URL | --trust FILE "               \
            "--request FILE | --grant FILE) [--pin-fd N]",                                         \
            "a forgotten PIN: headquarters gives a code, the device takes it and a new PIN")       \
    COMMAND(import, "import",                                                                      \
            "--store DIR KIND FILE.csv [--map FILE] [--encoding NAME] [--utc-offset MIN] "         \
            "[--verify-url URL] [--zone TZ] "                                                      \
            "[--dry-run] [--keys FILE] [--json]",                                                  \
            "take in technicians, customers, equipment, contracts, parts, stock, faults, cases, "  \
            "prices, "                                                                             \
            "calendar or jobs")                                                                    \
    COMMAND(assign, "assign",                                                                      \
            "--store DIR --job CODE [--technician CODE] [--actor CODE] [--keys FILE]",             \
            "give a job to a technician, or to nobody")                                            \
    COMMAND(sync, "sync", "--store DIR --url URL [--pin-fd N] [--json]",                           \
            "exchange with headquarters over the network")                                         \
    COMMAND(bundle, "bundle",                                                                      \
            "export|import --store DIR --file FILE [--answer FILE] [--pin-fd N] [--json]",         \
            "the same exchange by file")                                                           \
    COMMAND(parcel, "parcel", "--store DIR (--url URL | --answer FILE)",                           \
            "what a revoked device still owes: send it, or take the answer to it")                 \
    COMMAND(conflicts, "conflicts",                                                                \
            "--store DIR [--resolve TYPE:CODE:FIELD --entry HASH] [--actor CODE] [--json] "        \
            "[--pin-fd N]",                                                                        \
            "values in conflict, and their resolution")                                            \
    COMMAND(log, "log",                                                                            \
            "--store DIR [--job CODE] [--last N] [--json [--hex]] [--pin-fd N]\n"                  \
            "  docketctl log --store DIR --forks [--json] | --proof HASH --file FILE",             \
            "entries, one a line; where a journal has two histories, and the proof of it")         \
    COMMAND(check, "check", "--store DIR [--pin-fd N] [--json]",                                   \
            "verify chains, signatures, indexes, attachments, states")                             \
    COMMAND(rebuild, "rebuild", "--store DIR [--pin-fd N]",                                        \
            "compute indexes and states again from the entries")                                   \
    COMMAND(                                                                                       \
        report, "report",                                                                          \
        "--store DIR --job CODE [--pdf FILE] [--paper a4|80mm] [--cbor FILE] "                     \
        "[--text FILE] [--number REPORT] [--version N] [--pin-fd N]",                              \
        "a signed service report as PDF, proof or text: of the newest visit, or of the one whose " \
        "report --number names; the newest version, or --version")                                 \
    COMMAND(verify, "verify",                                                                      \
            "FILE --trust HQ.pub [--json] | --qr FILE [--text FILE] --trust HQ.pub",               \
            "is a report, or a proof of two histories, genuine? needs no store and no network")    \
    COMMAND(forget, "forget", "--store DIR --customer CODE [--actor CODE] [--keys FILE] [--json]", \
            "erase a customer's personal data, as far as the law lets")                            \
    COMMAND(export, "export", "--store DIR KIND [--csv | --json] [--pin-fd N]",                    \
            "jobs, customers, equipment, entries ... as a table or JSON")                          \
    COMMAND(revoke, "revoke",                                                                      \
            "--store DIR --device AUTHOR [--since TIME] [--actor CODE] [--keys FILE]",             \
            "stop a lost device; what came after TIME is set aside until it is admitted")          \
    COMMAND(admit, "admit",                                                                        \
            "--store DIR [HASH... | --all] [--device AUTHOR] [--reason technician|customer|found|" \
            "other] [--actor CODE] [--role ROLE] [--keys FILE] [--json]",                          \
            "list what a revocation cut off, or let entries of it count")                          \
    COMMAND(reinstate, "reinstate", "--store DIR --job CODE [--actor CODE] [--keys FILE]",         \
            "take back a job's cancellation")                                                      \
    COMMAND(pub, "pub", "--store DIR --file FILE [--keys FILE]",                                   \
            "write hq.pub: what others need to verify")                                            \
    COMMAND(cash, "cash", "--store DIR --job CODE --amount N.NN [--actor CODE]",                   \
            "the accountant accepts cash")                                                         \
    COMMAND(status, "status", "--store DIR [--keys FILE] [--json]", "headquarters at a glance")    \
    COMMAND(backup, "backup", "--store DIR --to FOLDER [--keys FILE] [--with-keys] [--json]",      \
            "copy headquarters as it is at one moment, also while docketd runs")                   \
    COMMAND(                                                                                       \
        restore, "restore",                                                                        \
        "--store DIR (--from FOLDER [--keytable FILE | --no-keytable] | --lost) [--keys FILE] "    \
        "[--json]",                                                                                \
        "headquarters from a backup; --lost: which numbers did not come back")                     \
    COMMAND(digests, "digests", "--store DIR [--job CODE] [--pin-fd N]",                           \
            "state digests of subjects, to compare two stores")

#define COMMAND(id, name, usage, summary) int ctl_cmd_##id(int argc, char **argv);
CTL_COMMANDS
#undef COMMAND
#endif
