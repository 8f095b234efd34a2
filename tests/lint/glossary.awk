# Reads the glossary (first file), then a catalogue as `msgcat --no-wrap` writes it. Wherever a text
# says a word of the glossary, longest first (so that "service report" is not also a "report"), its
# translation must hold a Chinese of that word. Prints the offenders. Variable: po, its name in them.
function add(text) { if (field == "id") id = id text; else if (field == "str") str = str text }
function quoted(line) { sub(/^[^"]*"/, "", line); sub(/"$/, "", line); return line }
function said(word, choices,    n, i, choice) {
    n = split(choices, choice, "|")
    for (i = 1; i <= n; i++) if (index(str, choice[i])) return 1
    return 0
}
function judge(    low, i, word, from, head) {
    low = " " tolower(id) " "
    for (i = 1; i <= count && id != ""; i++) {
        word = by_length[i]
        while (index(low, word) && match(low, "[^a-z-]" word "(s|es)?[^a-z-]")) {
            if (!said(word, zh[word])) print po ":" where ": \"" word "\" in \"" id "\" is " zh[word] " in the glossary"
            head = substr(low, 1, RSTART)
            low = head "#" substr(low, RSTART + RLENGTH - 1)
        }
    }
    id = str = field = ""
}
FNR == NR {
    sub(/\r$/, "")
    n = split($0, cell, ",")
    if (FNR > 1 && n >= 2) {
        word = tolower(cell[1])
        zh[word] = zh[word] (zh[word] == "" ? "" : "|") cell[2]
        if (cell[3] == "" && !(word in held)) { held[word] = 1; by_length[++count] = word }
    }
    next
}
FNR == 1 && count > 0 { # longest first
    for (i = 2; i <= count; i++) {
        word = by_length[i]
        for (j = i - 1; j > 0 && length(by_length[j]) < length(word); j--) by_length[j + 1] = by_length[j]
        by_length[j + 1] = word
    }
}
/^msgid "/ { judge(); field = "id"; where = FNR; add(quoted($0)); next }
/^msgid_plural "/ { field = "plural"; next }
/^msgstr(\[0\])? "/ { field = "str"; add(quoted($0)); next }
/^msgstr\[/ { field = "other"; next }
/^"/ { add(quoted($0)) }
END { judge() }
