"""Our strings as dulwich's byte types, and back."""

from dulwich.objects import ObjectID
from dulwich.refs import Ref

# What git writes for "no object": the expected old value of a ref that must not exist yet.
NONE = ObjectID(b"0" * 40)


def oid(hexadecimal: str) -> ObjectID:
    return ObjectID(hexadecimal.encode())


def ref(name: str) -> Ref:
    return Ref(name.encode("utf-8", "surrogateescape"))
