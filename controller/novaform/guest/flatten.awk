# JSON in, one "path<TAB>string" per line out, for strings inside objects only. Escapes stay as they are, so that a
# value is always one line. Nova's documents carry what users wrote (meta.hostname), hence paths and not a plain search.
{ text = text $0 " " }

END {
    depth = 0
    while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:," \t\r]+/)) {
        token = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (token == "{" || token == "[") {
            depth++
            object[depth] = (token == "{")
            key[depth] = ""
        } else if (token == "}" || token == "]") {
            depth--
        } else if (token == ",") {
            if (object[depth]) key[depth] = ""
        } else if (token != ":") {
            if (token ~ /^"/) token = substr(token, 2, length(token) - 2)
            if (object[depth] && key[depth] == "") {
                key[depth] = token
            } else if (object[depth]) {
                path = key[1]
                for (level = 2; level <= depth; level++) path = path "." key[level]
                print path "\t" token
            }
        }
    }
}
