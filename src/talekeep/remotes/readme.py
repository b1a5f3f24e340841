"""The two texts that are written once when a mirror folder is made."""

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

STORE = """\
# talekeep-mirror-store 1
# store @STORE@
# dataset @DATASET@
# contents plain
This file marks the folder as a Talekeep mirror. Without it nothing is saved here, so that an
empty folder or a disk that is not plugged in is never taken for a new backup. Please leave it.
"""


def readme(name: str) -> bytes:
    return README.replace("@NAME@", name).encode()


def store_text(store: str, dataset: str) -> bytes:
    return STORE.replace("@STORE@", store).replace("@DATASET@", dataset or "-").encode()
