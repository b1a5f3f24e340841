"""The two texts that are written once when a mirror folder is made."""

from collections.abc import Sequence

README = """\
This folder is a backup of "@NAME@", a dataset of conversations kept with Talekeep.
It was made to be read without Talekeep too: git and a terminal are enough.

What is here
  store-........txt   says that this folder is a Talekeep mirror; please leave it
  one folder for each machine that saves here, and in it, numbered by push:
    ...-full-...bundle      everything up to that push; git can clone this file
    ...-incr-...bundle      what was added since the push before
    ...-manifest-...txt     a list of the files a push needs, with checksums
Every file is written once and never changed. The highest number is the newest push.

Before you restore
  Let your sync program finish, and make this folder available offline.
  Work on a copy if you are unsure. Nothing here needs to be edited, renamed or deleted.
  A file with any other name than those above was not made by Talekeep.

Restore with git (Linux, macOS, or Git Bash on Windows)
  Open a terminal in the folder of the machine you want, and type the lines below.

  1. Are the files whole? Each line must end in OK. (On macOS: shasum -a 256 -c "$m")

    m=$(ls ??????-manifest-????????????????.txt | tail -n 1)
    sha256sum -c "$m"

  2. Put them together, oldest first.

    git init --quiet --bare "$HOME/restored.git"
    for b in $(sed -n 's/^[0-9a-f]\\{64\\}  //p' "$m"); do
      git --git-dir="$HOME/restored.git" fetch --quiet "$PWD/$b" '+refs/*:refs/*' || break
    done
    git --git-dir="$HOME/restored.git" symbolic-ref HEAD "$(sed -n 's/^# head //p' "$m")"

  3. Look.

    git clone "$HOME/restored.git" "$HOME/restored"
    git -C "$HOME/restored" fsck

  The conversations are in $HOME/restored/entries, one a line, in the order of the file names.

If a file is missing or fails its check
  Take the manifest before it: set m to that file's name and go on with step 2. If step 2 stops
  and says that commits are missing, what came before is already restored and good.
  A -full- file needs no other: git clone 000001-full-0123456789abcdef.bundle restored

With Talekeep
  talekeep clone "THIS FOLDER" restored

Who can read this
  Whoever can open this folder can read every conversation in it, and so can the company that
  syncs it. Deleted files may stay with that company for weeks.
"""

# What is different in a mirror that is encrypted: the plain text and what stands in its place.
_SEALED = (
    (
        """    ...-full-...bundle      everything up to that push; git can clone this file
    ...-incr-...bundle      what was added since the push before
""",
        """    ...-full-...bundle.age  everything up to that push: a git bundle, encrypted with age
    ...-incr-...bundle.age  what was added since the push before
""",
    ),
    (
        """It was made to be read without Talekeep too: git and a terminal are enough.
""",
        """It is encrypted. With its recovery key it can be read without Talekeep too: git, age
(https://age-encryption.org) and a terminal are enough. Without the key nobody can read it.
""",
    ),
    (
        """  store-........txt   says that this folder is a Talekeep mirror; please leave it
""",
        """  store-........txt   says that this folder is a Talekeep mirror; please leave it
  recovery-........age  (if it was asked for) the recovery key, locked by a passphrase
""",
    ),
    (
        """  Open a terminal in the folder of the machine you want, and type the lines below.
""",
        """  Put the recovery key, one line that begins with AGE-SECRET-KEY-1, into the file recovery-key.txt
  of your home folder. From a locked copy: age -d -o "$HOME/recovery-key.txt" recovery-........age
  Open a terminal in the folder of the machine you want, and type the lines below.
""",
    ),
    (
        """  2. Put them together, oldest first.

    git init --quiet --bare "$HOME/restored.git"
    for b in $(sed -n 's/^[0-9a-f]\\{64\\}  //p' "$m"); do
      git --git-dir="$HOME/restored.git" fetch --quiet "$PWD/$b" '+refs/*:refs/*' || break
    done
    git --git-dir="$HOME/restored.git" symbolic-ref HEAD "$(sed -n 's/^# head //p' "$m")"
""",
        """  2. Decrypt them and put them together, oldest first.

    key="$HOME/recovery-key.txt"
    git init --quiet --bare "$HOME/restored.git"
    for b in $(sed -n 's/^[0-9a-f]\\{64\\}  //p' "$m"); do
      age -d -i "$key" -o "$HOME/restored.git/bundle" "$b" || break
      git --git-dir="$HOME/restored.git" fetch --quiet "$HOME/restored.git/bundle" '+refs/*:refs/*' || break
    done
    h=$(git bundle list-heads "$HOME/restored.git/bundle" | sed -n '2s/^[0-9a-f]* //p')
    git --git-dir="$HOME/restored.git" symbolic-ref HEAD "$h"
""",
    ),
    (
        """  A -full- file needs no other: git clone 000001-full-0123456789abcdef.bundle restored
""",
        """  A -full- file needs no other: once decrypted, git can clone it.
""",
    ),
    (
        """  talekeep clone "THIS FOLDER" restored
""",
        """  talekeep remote unlock "THIS FOLDER"
  talekeep clone "THIS FOLDER" restored
""",
    ),
    (
        """  Whoever can open this folder can read every conversation in it, and so can the company that
  syncs it. Deleted files may stay with that company for weeks.
""",
        """  Only who has the recovery key or one of the other keys named in store-........txt. Whoever can
  open this folder sees the names of the machines, and when and how much each of them saved.
  A lost key is a lost backup: nobody can make another one.
""",
    ),
)

STORE = """\
# talekeep-mirror-store 1
# store @STORE@
# dataset @DATASET@
# contents @CONTENTS@
@RECIPIENTS@This file marks the folder as a Talekeep mirror. Without it nothing is saved here, so that an
empty folder or a disk that is not plugged in is never taken for a new backup. Please leave it.
"""


def readme(name: str, *, sealed: bool = False) -> bytes:
    text = README
    for plain, other in _SEALED if sealed else ():
        text = text.replace(plain, other)
    return text.replace("@NAME@", name).encode()


def store_text(store: str, dataset: str, recipients: Sequence[str] = ()) -> bytes:
    listed = "".join(f"# recipient {recipient}\n" for recipient in recipients)
    text = STORE.replace("@STORE@", store).replace("@DATASET@", dataset or "-")
    contents = "age" if recipients else "plain"
    return text.replace("@CONTENTS@", contents).replace("@RECIPIENTS@", listed).encode()
