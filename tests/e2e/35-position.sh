#!/bin/sh
# Goal of this test: an arrival records where it was from a real gpsd, and costs nothing where there is none
# - gpsd reads a receiver played by gpsfake; the arrival is said to be recorded with its accuracy, the entry
#   stands in the log and comes to headquarters, whose job shows the place,
# - with nobody at the port the arrival is durable just the same and the screen says that there is none.
set -u
. tests/support/e2e.sh
e2e_begin position
OFFLINE= # gpsd answers on the loopback
device_first
id=$(job_id "$T/dev" J-261120-01)
other=$(job_id "$T/dev" J-261120-02)

arrival() { # JOB WORDS: unlock, to the arrival, what is said of the place
    unlock_lines
    printf 'tap #job:%s\ntap #accept\nwait\ntap #travelling\nwait\ntap #arrive\nwait\ntap #arrived\nwait\nkey Escape\nwait\n' "$1"
    printf 'wait "%s" 30\ntap #step:arrive\nwait "%s" 30\nshot arrive-%s\n' "$2" "$3" "$4"
    printf 'key Escape\nwait\nkey Escape\nwait\n' # the next start begins at Today
}

nmea() { # a sentence with its checksum
    printf '%s' "$1" | od -An -v -tu1 | tr -s ' ' '\n' | {
        sum=0
        while read -r byte; do [ -z "$byte" ] || sum=$((sum ^ byte)); done
        printf '$%s*%02X\r\n' "$1" "$sum"
    }
}
receiver() { # what a receiver at 31.230417 N 121.473702 E says
    for second in 55 56 57 58 59; do
        nmea "GPGGA,0119$second,3113.8250,N,12128.4221,E,1,08,1.1,12.0,M,8.0,M,,"
        nmea "GPGSA,A,3,04,05,09,12,24,25,29,31,,,,,2.0,1.1,1.6"
        nmea "GPRMC,0119$second,A,3113.8250,N,12128.4221,E,0.0,0.0,211126,,,A"
    done
}
FAKE=
gps_start() { # a free port; gpsfake is told one, so another is tried when it is taken
    receiver >"$T/receiver.nmea"
    for try in 1 2 3 4 5; do
        GPSD=$((20000 + ($$ * 7 + try * 131) % 10000))
        gpsfake -c 0.2 -P "$GPSD" "$T/receiver.nmea" >"$T/gpsfake.out" 2>&1 &
        FAKE=$!
        n=0
        while [ $n -lt 50 ] && kill -0 $FAKE 2>/dev/null; do
            grep -q "log cycle" "$T/gpsfake.out" && return 0
            sleep 0.1
            n=$((n + 1))
        done
        gps_stop
    done
    cat "$T/gpsfake.out"
    return 1
}
gps_stop() { # it ends its gpsd itself
    [ -z "$FAKE" ] || kill -INT "$FAKE" 2>/dev/null
    [ -z "$FAKE" ] || wait "$FAKE" 2>/dev/null
    FAKE=
}
trap 'gps_stop; e2e_end' EXIT

arrival "$other" "无定位" "接收机没有及时回应" none >"$T/none.script"
claim "with nobody at the port the arrival is durable and the screen says that there is no position" \
    play "$T/dev" "$T/none.script" --gpsd 1 --shots "$T"
log_has() { dctl "$T/dev" log | grep -c "$1"; }
claim "that arrival stands in the log, and no position" \
    sh -c '[ "$1" = 1 ] && [ "$2" = 0 ]' - "$(log_has visit.arrived)" "$(log_has visit.position)"

if ! command -v gpsfake >/dev/null 2>&1; then
    skipped "gpsfake is not here (packaging/apt-test.txt)"
elif need "gpsd reads a receiver" gps_start; then
    arrival "$id" "位置 ±" "位置已记录" fix >"$T/fix.script"
    claim "the arrival is said to have recorded its position, with the accuracy" \
        play "$T/dev" "$T/fix.script" --gpsd "$GPSD" --shots "$T"
    claim "the position stands in the log, once" test "$(log_has visit.position)" = 1
    claim "it comes to headquarters" sh -c '. tests/support/e2e.sh; T=$1; URL=$2; device_sync "$T/dev"' - "$T" "$URL"
    claim "whose journal has it" sh -c '"$1" log --store "$2" | grep -q visit.position' - "$bin/docketctl" "$T/hq"
fi
gps_stop
