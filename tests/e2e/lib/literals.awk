# Words of a tree (docket --tree) that stand outside of « », beside those of the data (a file of words,
# one a line, read first). The signed text and what a person typed are not gettext's.
FNR == NR { data[tolower($1)] = 1; next }
$1 == "line" || $1 == "report" || $1 == "key" { next }
match($0, /"([^"\\]|\\.)*"/) {
    text = substr($0, RSTART + 1, RLENGTH - 2)
    gsub(/«/, "\001", text) # one byte each: an awk of bytes must not take other characters for them
    gsub(/»/, "\002", text)
    while (match(text, /\001[^\001\002]*\002/)) text = substr(text, 1, RSTART - 1) " " substr(text, RSTART + RLENGTH)
    gsub(/\\n/, " ", text)
    gsub(/[A-Z][0-9]+-[A-Z]+-[0-9]+/, " ", text) # a report's number, drawn by chance
    n = split(text, word, /[^A-Za-z]+/)
    for (i = 1; i <= n; i++)
        if (length(word[i]) > 1 && !(tolower(word[i]) in data) && !(seen[word[i]]++))
            print FILENAME ":" FNR ": \"" word[i] "\" in " $0
}
