# C sources to "file:line:code" without comments and with the insides of strings and character
# constants taken out, so that the checks read code only. Knows nothing of raw strings or trigraphs.
FNR == 1 { in_comment = 0 }
{
    line = $0
    out = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (at == 0) { line = ""; break }
            line = substr(line, at + 2)
            in_comment = 0
            continue
        }
        if (!match(line, /["']|\/\*|\/\//)) { out = out line; break }
        mark = substr(line, RSTART, RLENGTH)
        out = out substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (mark == "/*") { in_comment = 1; continue }
        if (mark == "//") { break }
        # A string or a character: up to its end, a backslash covers the next character.
        while (line != "") {
            c = substr(line, 1, 1)
            line = substr(line, c == "\\" ? 3 : 2)
            if (c == mark) break
        }
        out = out mark mark
    }
    if (out ~ /[^ \t]/) print FILENAME ":" FNR ":" out
}
