#!/bin/sh
# Made `v1.tar.gz` with version 0.1.0 (commit 877e652), once. It is kept as it is: running this with a later
# version would make data of that version.
#
# usage: make.sh TALEKEEP OUT   (the program of 0.1.0, with pyrage; the archive to write)
set -eu
talekeep=$1 out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" XDG_STATE_HOME="$work/home/state" XDG_CONFIG_HOME="$work/home/config" TZ=UTC NO_COLOR=1
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME='Tess Tester' GIT_AUTHOR_EMAIL=tess@example.invalid
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
mkdir -p "$HOME" "$work/v1/synced" "$work/v1/sealed"
cd "$work/v1"

id() { printf '11111111-2222-4333-8444-5555555555%02d' "$1"; }

cat > chat.jsonl <<END
{"id":"$(id 1)","messages":[{"role":"system","content":"You keep the lighthouse at Harrow Point."},{"role":"user","name":"wren","content":"Who goes there?"},{"role":"assistant","name":"mara","content":"\"A friend,\" she says. The lamp turns once."}],"tags":["slow_burn"],"mood":{"wind":9,"calm":false}}
{"id":"$(id 2)","messages":[{"role":"user","content":"Line\u2028separator and \u0085 and é and 🕯️"},{"role":"assistant","content":"Both are kept."}],"tags":["恋愛","C++"]}
{"id":"$(id 3)","messages":[{"role":"user","content":"What is the tide?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"tide","arguments":"{\"at\":\"noon\"}"}}]},{"role":"tool","tool_call_id":"call_1","content":"3.20"},{"role":"assistant","content":"High, and rising.","weight":0}],"tags":[],"tools":[{"type":"function","function":{"name":"tide"}}],"number":1.50,"big":12345678901234567890}
{"id":"$(id 4)","messages":[{"role":"user","content":"One."},{"role":"assistant","content":"First reply."},{"role":"user","content":"Two."},{"role":"assistant","content":"Second reply."}],"tags":["draft"]}
{"id":"$(id 5)","messages":[{"role":"user","content":"To be removed."},{"role":"assistant","content":"Gone soon."}],"tags":["draft"]}
{"id":"$(id 6)","messages":[{"role":"user","content":[{"type":"text","text":"Look."},{"type":"image_url","image_url":{"url":"a.png"}}]},{"role":"assistant","content":"A boat."}],"tags":["night"]}
END
cat > shared.json <<'END'
[{"id":"foreign-7","conversations":[{"from":"human","value":"Is the door open?"},{"from":"gpt","value":"It was."}],"source":"forum"},
 {"id":"foreign-8","conversations":[{"from":"system","value":"Night."},{"from":"human","value":"And now?"},{"from":"gpt","value":"Now it is not."}]}]
END

"$talekeep" init harbor --name 'Harbor tales'
cd harbor
"$talekeep" import ../chat.jsonl ../shared.json
"$talekeep" category create Weather
"$talekeep" tag create storm --category Weather
"$talekeep" tag rename night dusk
"$talekeep" tag add storm --where 'tag:slow_burn'
"$talekeep" character add Mara --description 'Keeps the light.'
"$talekeep" character add wren
"$talekeep" prompt add 'The keeper' --text 'You keep the lighthouse.'
"$talekeep" snapshot first --note 'Before the edits'
"$talekeep" split "$(id 4)" --after 1
"$talekeep" remove "$(id 5)"
# What is known beside entries: a note, a rule set aside, a reply that was not taken.
sidecar=$(ls sidecars/*/*.jsonl)
python3 - "$sidecar" <<'END'
import json, sys
place = sys.argv[1]
lines = [json.loads(line) for line in open(place, encoding="utf-8")]
lines[0] |= {"note": "From the old forum.", "suppress": [{"rule": "T201", "reason": "meant so"}]}
open(place, "w", encoding="utf-8").write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
END
"$talekeep" commit -m 'A note and a rule set aside'
"$talekeep" config validation.rules.T205 = off
"$talekeep" branch side
"$talekeep" branch clash
"$talekeep" remote add backup ../synced --label laptop
"$talekeep" push backup
"$talekeep" remote add secret ../sealed --label laptop --encrypt --recovery-file ../recovery-key.txt
"$talekeep" push secret
"$talekeep" switch side
"$talekeep" replace 'It was.' 'It was, once.' --where 'text:"It was"'
"$talekeep" tag add kept "$(id 1)"
"$talekeep" switch clash
"$talekeep" replace 'The lamp turns once.' 'The lamp is out.' "$(id 1)"
"$talekeep" switch main
"$talekeep" replace 'The lamp turns once.' 'The lamp turns twice.' "$(id 1)"
"$talekeep" push backup
"$talekeep" push secret
"$talekeep" export ../export.jsonl
"$talekeep" export ../export.json --format sharegpt
"$talekeep" validate > ../validate.txt || true
"$talekeep" setup --remove
git gc -q
rm -rf .git/hooks .git/logs .git/gc.log
cd ..
cp -r "$XDG_STATE_HOME/talekeep" keys 2>/dev/null || true
grep -rIl "$work" . | while read -r file; do sed -i "s#$work/v1#/v1#g" "$file"; done
tar --owner=0 --group=0 --numeric-owner --sort=name --mtime=2026-11-30 -czf "$out" -C "$work" v1
