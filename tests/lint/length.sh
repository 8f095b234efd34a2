#!/bin/sh
# Files over 500 lines are listed, over 700 refused; so are functions over 80 lines outside tests/.
. "$(dirname "$0")/lib.sh"
lint_need awk
lint_sources core sync app tests >"$lint_tmp/files"
[ -s "$lint_tmp/files" ] || exit 0
xargs awk -v bad="$lint_tmp/bad" '
function file_end() {
    if (lines > 700) print file ":" lines ": more than 700 lines" >bad
    else if (lines > 500) print file ":" lines ": more than 500 lines; consider a second file"
}
FNR == 1 { if (file != "") file_end(); file = FILENAME; start = 0 }
{ lines = FNR }
/^\{/ && file !~ /^tests\// { start = FNR }
/^\}/ && start {
    if (FNR - start - 1 > 80) print file ":" start ": a function of " FNR - start - 1 " lines, at most 80" >bad
    start = 0
}
END { file_end() }' <"$lint_tmp/files"
[ -e "$lint_tmp/bad" ] || exit 0
lint_end "$lint_tmp/bad"
