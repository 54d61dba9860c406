#!/bin/sh
# Verifies one receipt, from the files that `hall receipt export` wrote, without anything of ours:
#
#   sh verify-receipt.sh FOLDER KEY [KEY-OF-THE-RECEIPTS-OWN-SIGNATURE]
#
# KEY is the Hall's verifier key, origin+hash+key, which you took from the Hall and kept. A key that comes along with a
# receipt proves nothing. Used are the shell's own words, openssl 3, and sha256sum, sed, od, cut, tr, cat.
set -eu
LC_ALL=C && export LC_ALL
[ $# -ge 2 ] || { echo "usage: sh verify-receipt.sh FOLDER KEY" >&2; exit 2; }
cd "$1"
nl='
'
refuse() { echo "NOT VERIFIED: $1"; exit 1; }
sha() { sha256sum | cut -d ' ' -f 1; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
bytes() { printf %b "$(printf '\\0%03o' $(printf %s "$1" | sed 's/../0x& /g'))"; }
signed() { openssl pkeyutl -verify -pubin -inkey "$1.pem" -rawin -in "$2" -sigfile "$3" > /dev/null 2>&1; }

# A key: its hash fits its name and its 32 bytes, and the files of that key hold nothing else.
check_key() {
  raw=$(printf %s "$2" | cut -d + -f 3- | openssl base64 -d -A | hex) name=$(printf %s "$2" | cut -d + -f 1)
  keyhash=$(printf %s "$2" | cut -d + -f 2)
  [ ${#raw} = 66 ] && [ "$({ printf '%s\n' "$name"; bytes "$raw"; } | sha | cut -c -8)" = "$keyhash" ] ||
    refuse "$2 is no verifier key, or a character of it is wrong"
  der=302a300506032b6570032100${raw#01}
  pem="-----BEGIN PUBLIC KEY-----$nl$(bytes "$der" | openssl base64 -A)$nl-----END PUBLIC KEY-----"
  [ "$(hex < "$1.der")" = "$der" ] && [ "$(cat "$1.pem"; echo .)" = "$pem$nl." ] || refuse "$1.der or $1.pem is another key"
}

# Body: its hash.
hash=$(sha < body.json)
[ "$hash" = "$(cat receipt_hash)" ] || refuse "the body has another hash"

# The receipt's own signature, where it has one, over the 64 characters of the hash.
own=key
[ ! -e signature_key.pem ] || own=signature_key
if [ -e signature ]; then
  check_key $own "${3:-$2}"
  signed $own receipt_hash signature || refuse "the receipt's signature is not the key's"
fi

# Checkpoint: its text is signed, by the key of the log that the receipt names; the note is that text and that signature.
check_key key "$2"
signed key checkpoint.text checkpoint.signature || refuse "the checkpoint's signature is not the key's"
line="— $name $({ bytes "$keyhash"; cat checkpoint.signature; } | openssl base64 -A)"
text=$(cat checkpoint.text; echo .) note=$(cat checkpoint; echo .)
text=${text%.} note=${note%.}
case $note in "$text$nl"*) ;; *) refuse "the checkpoint is another text than the one that is signed" ;; esac
lines=${note#"$text$nl"}
case $nl$lines in *"$nl$line$nl"*) ;; *) refuse "the checkpoint holds another signature" ;; esac
[ -z "$(printf %s "$lines" | sed '/^— [^ ]* [^ ]*$/d')" ] || refuse "the checkpoint holds something else than signatures"

# What the body says of its place: its fields outside of every inner object, strings without their brackets.
top=$({ cat body.json; echo; } | sed -e 's/\\./__/g' -e 's/"[^"]*"/\
&\
/g' | sed '/^"/s/[][{}]/_/g' | tr -d '\n' | sed -e :a -e 's/\(.\){[^{}]*}/\1_/g' -e ta)
field() { printf '%s\n' "$top" | sed -n "s/.*[{,]\"$1\":\"\{0,1\}\([^\",}]*\)[\",}].*/\1/p"; }
[ "$(field hall)" = "$name" ] && [ "$(sed -n 1p checkpoint.text)" = "$name" ] ||
  refuse "receipt, checkpoint and key are not of one log"

# Inclusion: from the leaf up to the root; the place says on which side each hash of the proof stands.
index=$(field leaf_index) last=$(($(sed -n 2p checkpoint.text) - 1))
[ "$index" -le "$last" ] || refuse "the log is shorter than the receipt's place"
node=$(bytes "00$hash" | sha)
while read -r side beside; do
  while [ $((index % 2)) = 0 ] && [ "$index" = "$last" ] && [ "$last" -gt 0 ]; do index=$((index / 2)) last=$((last / 2)); done
  case $last$beside in 0* | *[!0-9a-f]*) refuse "the proof is not one for this place" ;; esac
  case $((index % 2))$side${#beside} in
    1left64) node=$(bytes "01$beside$node" | sha) ;;
    0right64) node=$(bytes "01$node$beside" | sha) ;;
    *) refuse "the proof is not one for this place" ;;
  esac
  index=$((index / 2)) last=$((last / 2))
done < proof
[ "$last" = 0 ] || refuse "the proof is too short"
[ "$node" = "$(sed -n 3p checkpoint.text | openssl base64 -d -A | hex)" ] || refuse "the proof leads to another root"

echo "VERIFIED: receipt $(field receipt_id), leaf $(field leaf_index) of $(sed -n 2p checkpoint.text) in $name, hash $hash"
