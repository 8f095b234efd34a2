#!/bin/sh
# Goal of this test: two branches keep other hours, and each call is counted by those of its own
# - a calendar is imported with what branches do otherwise; what is wrong in it is refused by its line, with a
#   sentence (a branch that nobody has, a day said twice, hours that are none, a zone that is none, two zones),
# - the board of the console tells two calls of one morning apart by their branches' hours, to the minute,
# - the handheld puts them in that order with its next unlock, with no network; docketctl lists them the same way,
# - a branch whose hours are taken back goes by the company's again; a rebuild changes nothing.
set -u
. tests/support/e2e.sh
e2e_begin hours
need "a demo headquarters is made" hq_demo "$T/hq"
printf 'id,name,branch,role\nT81,宁波技术员,NB2,technician\nM81,宁波业务员,NB2,clerk\n' >"$T/people.csv"
need "a second branch has people" hq_import technicians "$T/people.csv"
printf 'id,customer,equipment,call_time,fault_text,zone,technician,branch\n%s\n%s\n' \
    'B-1,C-1001,E-2001,2026-11-21 08:00,first,city,T01,HZ1' \
    'B-2,C-1001,E-2001,2026-11-21 08:05,second,city,T01,NB2' >"$T/calls.csv"
need "and each branch a call of this morning" hq_import jobs "$T/calls.csv"
user() { # LOGIN OPTION...
    user_login=$1
    shift
    printf 'a long password\n' | "$bin/docketctl" user add --store "$HQ" --login "$user_login" --password-fd 0 "$@"
}
users() { user chief --name chief --role administrator && user clerk --person M81; }
need "there are logins" users
need "docketd listens" server_start "$T/hq"
need "a device joins" device_make "$T/dev" T01
need "it fetches its jobs" device_sync "$T/dev"

one=$(job_id "$T/dev" B-1)
two=$(job_id "$T/dev" B-2)
# In the trees of Today: which of the two stands first.
printf '%s' "$(unlock_lines)" >"$T/today.script"
printf '\nwait\ntap #find\ntype "B-"\nwait\n' >>"$T/today.script"
first() {
    play "$T/dev" "$T/today.script" --tree "$T/tree" || return 1
    awk '/^== /{page = ""} {page = page "\n" $0} END{print page}' "$T/tree" |
        grep -oE "$one|$two" | awk '!seen[$0]++' | sed "s/$one/B-1/; s/$two/B-2/" | tr '\n' ' ' >"$T/order"
    cat "$T/order"
}
login() { # LOGIN
    curl -sS -o "$T/body" -c "$T/$1.jar" -H 'Content-Type: application/json' -d "{\"login\":\"$1\",\"password\":\"a long password\"}" "$URL/api/v1/session"
    jq -e -r .csrf "$T/body" >"$T/$1.csrf"
}
get() { curl -sS -b "$T/$1.jar" "$URL/api/v1$2"; } # LOGIN PATH
due() { # LOGIN CODE: as the board says, in UTC
    get "$1" /board | jq -r --arg c "$2" '[.technicians[].jobs[], .undispatched[]] | map(select(.code == $c)) | .[0].due_ms / 1000 | todate'
}
are() { # DUE-OF-B-1 DUE-OF-B-2
    echo "B-1 $(due chief B-1), B-2 $(due chief B-2)"
    [ "$(due chief B-1)" = "$1" ] && [ "$(due chief B-2)" = "$2" ]
}
logins() { login chief && login clerk; }
need "both log in" logins
claim "with the company's hours alone both count by them" are 2026-11-21T07:30:00Z 2026-11-21T07:35:00Z
order() { first && [ "$(cat "$T/order")" = "$1" ]; }
claim "and stand in the order of their calls on the handheld" order "B-1 B-2 "

# --- the table ------------------------------------------------------------------------------------
cat >"$T/hours.csv" <<'C'
branch,date,open,close,kind,zone
NB2,sat,07:00,12:00,work,
NB2,sat,12:00,19:00,work,
NB2,sat,18:00,20:00,work,
NB2,sun,,,holiday,
NB2,sun,,,holiday,
NB2,sun,08:00,12:00,work,
NB2,mon,17:00,08:00,work,
NB2,tue,08:00,25:00,work,
NB2,wed,08:00,,work,
NB2,thu,08:00,12:00,usual,
XX9,mon,08:00,12:00,work,
LONGERTHAN8,mon,08:00,12:00,work,
NB2,2026-12-24,,,holiday,Ningbo
NB2,2026-12-25,,,holiday,CST-8
NB2,2026-12-26,,,holiday,CST-9
,mon,,,usual,
C
refused_lines() {
    hq_import calendar "$T/hours.csv" >"$T/out" 2>"$T/err"
    [ $? -eq 1 ] || { echo "not refused"; return 1; }
    cat "$T/err"
    [ "$(sed -n 's/^line \([0-9]*\):.*/\1/p' "$T/err" | tr '\n' ' ')" = "4 6 7 8 9 10 11 12 13 14 16 17 " ]
}
claim "what is wrong is refused by its line" refused_lines
says() { # LINE WORDS
    grep -q "^line $1: .*$2" "$T/err" || { grep "^line $1:" "$T/err"; return 1; }
}
claim "hours that lie over others" says 4 "overlap"
claim "a day that another line says" says 6 "line 5 says this day already"
claim "also when it says something else" says 7 "line 5 says this day already"
claim "a day that closes before it opens" says 8 "closes before it opens"
claim "an hour that is none" says 9 "close"
claim "half of the hours" says 10 "needs open and close"
claim "hours of a day that is as usual" says 11 "no open and close"
claim "a branch that nobody has" says 12 '"XX9".*import its people first'
claim "a code that is too long for a branch" says 13 "eight characters"
claim "a zone that is none" says 14 "CST-8"
claim "two zones of one calendar" says 16 "line 15 gives this calendar another zone"
claim "the company's week has nothing to follow" says 17 "no other that it could follow"
kept() { # the file is about a branch: the company's zone and hours are what they were
    get chief /registers/editions | jq -c '.rows[] | select(.state == "stands") | .calendars' >"$T/calendars"
    cat "$T/calendars"
    [ "$(jq -c '[.[] | [.branch, .offset_minutes, .days]]' "$T/calendars")" = '[["",480,'"$1"'],["NB2",480,1]]' ] &&
        [ "$(jq -c '.[1].week[5]' "$T/calendars")" = '[[420,720],[720,1140]]' ] &&
        [ "$(jq -c '.[1].week[0] == .[0].week[0]' "$T/calendars")" = true ]
}
company_days=$(cut -d, -f1 assets/demo/calendar.csv | grep '^20' | sort -u | wc -l)
claim "the rest is in: the branch says its Saturday, its zone and one day, all else is the company's" kept "$company_days"

# --- who counts by it --------------------------------------------------------------------------------
claim "the board tells them apart: six of the company's hours, six of the branch's" are 2026-11-21T07:30:00Z 2026-11-21T06:05:00Z
own() { [ "$(due clerk B-2)" = 2026-11-21T06:05:00Z ]; }
claim "the branch's clerk sees the same" own
claim "the handheld fetches it" device_sync "$T/dev"
claim "and puts the second call first, with no network" order "B-2 B-1 "
listed() { hqctl check && hqctl rebuild && hqctl check; }
server_stop
claim "headquarters' lists are what they should be, and a rebuild leaves them so" listed
need "docketd listens again" server_start "$T/hq"
need "both log in again" logins
claim "the board says what it said" are 2026-11-21T07:30:00Z 2026-11-21T06:05:00Z

# --- another zone, and back --------------------------------------------------------------------------
printf 'branch,date,open,close,kind,zone\nNB2,sat,07:00,19:00,work,CST-7\n' >"$T/zone.csv"
claim "the branch moves an hour to the west" hq_import calendar "$T/zone.csv"
claim "its day begins an hour later by our wall, still before the call" are 2026-11-21T07:30:00Z 2026-11-21T06:05:00Z
printf 'branch,date,open,close,kind,zone\nNB2,sat,08:00,19:00,work,\n' >"$T/late.csv"
claim "and opens an hour later than that" hq_import calendar "$T/late.csv"
claim "which the call is counted by" are 2026-11-21T07:30:00Z 2026-11-21T07:00:00Z
again() { hq_import calendar "$T/late.csv" && hqctl import calendar "$T/late.csv" --dry-run --utc-offset 480 --json | jq -e '.would_publish == false'; }
claim "the same table again publishes nothing" again
printf 'branch,date,open,close,kind,zone\nNB2,sat,,,usual,usual\nNB2,sun,,,usual,\nNB2,2026-12-25,,,usual,\n' >"$T/back.csv"
claim "all that it does otherwise is taken back" hq_import calendar "$T/back.csv"
gone() { get chief /registers/editions | jq -e '.rows[] | select(.state == "stands") | .calendars | length == 1'; }
claim "and it has no calendar of its own any more" gone
claim "both count by the company's hours again" are 2026-11-21T07:30:00Z 2026-11-21T07:35:00Z
claim "the handheld fetches that, too" device_sync "$T/dev"
claim "and has the first call first" order "B-1 B-2 "
many() { # BRANCH HELD: 2,000 days that differ are all that there is room for
    awk -v b="$1" 'BEGIN { print "branch,date,open,close,kind"; for (i = 0; i < 2040; i++) printf "%s,%d-%02d-%02d,,,holiday\n", b, 2030 + int(i / 336), int(i % 336 / 28) + 1, i % 28 + 1 }' >"$T/many.csv"
    hqctl import calendar "$T/many.csv" --dry-run --utc-offset 480 --json >"$T/many.json" 2>"$T/err"
    jq -c '[.rows, (.refused | length), .refused[0].why]' "$T/many.json"
    [ "$(jq '.refused | length' "$T/many.json")" -eq $((40 + $2)) ] && jq -e '.refused | all(.why == "there are more days that differ than calendars hold")' "$T/many.json"
}
claim "no more days than a calendar bears, line by line" many "" "$company_days"
claim "nor than branches may have" many NB2 0
same() { dctl "$T/dev" check && hqctl check; }
claim "both stores are sound, and agree" same
