"""What applications do on a share, one program for each: test/share runs them on two nodes at once.

Each says "begun" when it is in the middle of its work, and at its end one line of JSON: what it found. What must
not happen is an exception, and so an exit code. Times are how often something is done.
"""

import errno
import fcntl
import json
import logging
import mmap
import os
import sqlite3
import struct
import subprocess
import sys
import time
import unicodedata

# A folder on the share.
SHARE = os.environ["SHARE"]
# How long anything may take while the server comes back.
PATIENCE_S = 120


def at(*names):
    return os.path.join(SHARE, *names)


def begun():
    print("begun", flush=True)


def write_file(path, data, sync=True):
    with open(path, "wb") as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def replace(path, data):
    """The old content or the new one, whole, as programs do it everywhere."""
    temporary = f"{path}.{os.uname().nodename}.{os.getpid()}"
    write_file(temporary, data)
    rename(temporary, path)


def rename(old, new):
    try:
        os.rename(old, new)
    except FileNotFoundError:
        # Done before the server went, and asked again after it came back: what a robust program has to know of NFS.
        if not os.path.exists(new):
            raise


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def until(question, what):
    end = time.monotonic() + PATIENCE_S
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {PATIENCE_S} s")
        time.sleep(0.02)


# -- locks ---------------------------------------------------------------------------------------------------------

F_OFD_SETLKW = 38


class Flock:
    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def take(self):
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def give(self):
        fcntl.flock(self.file, fcntl.LOCK_UN)


class Fcntl(Flock):
    def take(self):
        fcntl.lockf(self.file, fcntl.LOCK_EX)

    def give(self):
        fcntl.lockf(self.file, fcntl.LOCK_UN)


class Ofd(Flock):
    def lock(self, kind):
        fcntl.fcntl(self.file, F_OFD_SETLKW, struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 0, 0))

    def take(self):
        self.lock(fcntl.F_WRLCK)

    def give(self):
        self.lock(fcntl.F_UNLCK)


class Exclusive:
    """A file that is there while somebody has the lock: O_EXCL."""

    def __init__(self, path):
        self.path = path

    def attempt(self):
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            return True
        except FileExistsError:
            return False

    def take(self):
        until(self.attempt, self.path)

    def give(self):
        remove(self.path)


class Link(Exclusive):
    """The same for file systems without O_EXCL, as mail programs do it: link(2), and how many links there are then."""

    def __init__(self, path):
        super().__init__(path)
        self.own = f"{path}.{os.uname().nodename}.{os.getpid()}"
        write_file(self.own, b"")

    def attempt(self):
        try:
            os.link(self.own, self.path)
        except FileExistsError:
            pass
        return os.stat(self.own).st_nlink == 2


LOCKS = {"flock": Flock, "fcntl": Fcntl, "ofd": Ofd, "excl": Exclusive, "link": Link}


def count(kind, times):
    """Two processes add one to a number in a file, under a lock."""
    path = at(f"count-{kind}")
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            lock = LOCKS[kind](f"{path}.lock")
            for done in range(int(times)):
                lock.take()
                # Empty between another's truncation and its write: of one that should have waited.
                number = int(read_file(path) or 0) if os.path.exists(path) else 0
                write_file(path, str(number + 1).encode(), sync=False)
                lock.give()
                if done == 2:
                    begun()
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0], codes
    return {}


def number(name):
    return {"number": int(read_file(at(name)))}


# -- programs of other people ----------------------------------------------------------------------------------------


def database(times):
    """A writer of two: SQLite with its own locks, in rollback mode."""
    path = at("database.sqlite")
    connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
    # Rollback is the default; a write-ahead log is in memory that two nodes do not share.
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.execute("CREATE TABLE IF NOT EXISTS t (who TEXT, n INTEGER)")
    for n in range(int(times)):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (?, ?)", (os.uname().nodename, n))
        connection.execute("COMMIT")
        if n == 2:
            begun()
    return {}


def database_whole():
    connection = sqlite3.connect(at("database.sqlite"), timeout=PATIENCE_S)
    return {
        "rows": connection.execute("SELECT count(*) FROM (SELECT DISTINCT who, n FROM t)").fetchone()[0],
        "check": connection.execute("PRAGMA integrity_check").fetchone()[0],
    }


def git(*args, cwd=None, check=True):
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"git {' '.join(args)}: {done.stderr}")
    return done


def repository():
    git("init", "--quiet", "--bare", "--initial-branch=main", at("repository.git"))
    git("clone", "--quiet", at("repository.git"), at("first"))
    write_file(at("first", "README"), b"first\n")
    git("add", ".", cwd=at("first"))
    git("commit", "--quiet", "-m", "first", cwd=at("first"))
    git("push", "--quiet", "origin", "main", cwd=at("first"))
    return {}


def commits(times):
    """Clones, commits, pushes and collects garbage, beside another node that does the same in the same repository."""
    who = os.uname().nodename
    mine = at(f"clone-{who}")
    git("clone", "--quiet", at("repository.git"), mine)
    for n in range(int(times)):
        write_file(os.path.join(mine, f"{who}-{n}"), f"{n}\n".encode())
        git("add", ".", cwd=mine)
        git("commit", "--quiet", "-m", f"{who} {n}", cwd=mine)
        if n == 1:
            begun()
        until(lambda: pushed(mine), "push")
    git("gc", "--quiet", cwd=at("repository.git"))
    return {}


def pushed(clone):
    git("pull", "--quiet", "--rebase", "origin", "main", cwd=clone)
    return git("push", "--quiet", "origin", "main", cwd=clone, check=False).returncode == 0


def repository_whole():
    path = at("repository.git")
    return {
        "commits": int(git("rev-list", "--count", "main", cwd=path).stdout),
        "fsck": git("fsck", "--full", "--strict", "--no-dangling", cwd=path).stdout.strip(),
    }


def deliver(times):
    """Puts messages into a maildir: written and synced under tmp, then renamed."""
    for folder in ("tmp", "new", "cur"):
        os.makedirs(at("maildir", folder), exist_ok=True)
    for n in range(int(times)):
        name = f"{n}.{os.getpid()}.{os.uname().nodename}"
        write_file(at("maildir", "tmp", name), f"message {name}\n".encode() * 20)
        rename(at("maildir", "tmp", name), at("maildir", "new", name))
        if n == 2:
            begun()
    return {}


def collect(messages):
    """Takes messages out of a maildir as they come: each once, and whole."""
    for folder in ("tmp", "new", "cur"):
        os.makedirs(at("maildir", folder), exist_ok=True)
    seen = set()

    def take():
        for name in os.listdir(at("maildir", "new")):
            assert name not in seen, f"{name} came twice"
            rename(at("maildir", "new", name), at("maildir", "cur", name))
            assert read_file(at("maildir", "cur", name)) == f"message {name}\n".encode() * 20, name
            seen.add(name)
            if len(seen) == 3:
                begun()
        return len(seen) == int(messages)

    until(take, f"{messages} messages, of which {len(seen)} came")
    return {"messages": len(seen)}


class Locked(logging.FileHandler):
    """A log that processes of several nodes share, as Python programs do it."""

    def emit(self, record):
        fcntl.lockf(self.stream, fcntl.LOCK_EX)
        try:
            super().emit(record)
        finally:
            fcntl.lockf(self.stream, fcntl.LOCK_UN)


def log(times):
    for process in range(2):
        if os.fork() == 0:
            logger = logging.getLogger("share")
            logger.addHandler(Locked(at("shared.log")))
            for n in range(int(times)):
                logger.warning("%s %d %d %s", os.uname().nodename, process, n, "x" * 200)
                if n == 2:
                    begun()
            logging.shutdown()
            os._exit(0)
    codes = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(2)]
    assert codes == [0, 0], codes
    return {}


def lines(name):
    """How many different whole lines there are, and how many that nobody wrote."""
    content = read_file(at(name)).decode().splitlines()
    whole = {line for line in content if line.endswith("x" * 200) and len(line.split()) == 4}
    return {"whole": len(whole), "other": len([line for line in content if line not in whole])}


def append(times):
    """Without a lock: O_APPEND, which NFS makes of what the client knows of the file's size."""
    file = os.open(at("unlocked.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    begun()
    for n in range(int(times)):
        os.write(file, f"{os.uname().nodename} 0 {n} {'x' * 200}\n".encode())
    os.close(file)
    return {}


def copy(files):
    """rsync of a tree of small files from the pod onto the share, then renamed as a whole."""
    source = "/tmp/source"
    for n in range(int(files)):
        folder = f"{source}/{n % 20}"
        os.makedirs(folder, exist_ok=True)
        write_file(f"{folder}/{n}", f"{n}\n".encode() * 50, sync=False)
    begun()
    subprocess.run(["rsync", "--archive", f"{source}/", at("tree.part/")], check=True)
    rename(at("tree.part"), at("tree"))
    return {}


def read_tree(files):
    """Reads a tree while its folder gets its name: nothing is missing, and what is open stays readable."""

    def first():
        try:
            return os.open(at("tree.part", "0", "0"), os.O_RDONLY)
        except FileNotFoundError:
            return None

    opened = until(first, "the first file")
    begun()
    until(lambda: os.path.isdir(at("tree")), "the folder's name")
    assert os.pread(opened, 100_000, 0) == b"0\n" * 50
    for n in range(int(files)):
        assert read_file(at("tree", str(n % 20), str(n))) == f"{n}\n".encode() * 50, n
    return {"files": sum(len(names) for _, _, names in os.walk(at("tree")))}


# -- files -----------------------------------------------------------------------------------------------------------


def replaces(times):
    for n in range(1, int(times) + 1):
        replace(at("document"), f"{n}\n".encode() * 500)
        if n == 3:
            begun()
    return {}


def sees_replaced(times):
    """Always one version, whole, and none older than the one before."""
    last = 0

    def look():
        nonlocal last
        try:
            content = read_file(at("document"))
        except FileNotFoundError:
            assert last == 0, "a document that is replaced was not there"
            return False
        n = int(content[: content.index(b"\n")])
        assert content == f"{n}\n".encode() * 500, "two versions in one"
        assert n >= last, f"{n} after {last}"
        last = n
        return n == int(times)

    until(look, "the last version")
    return {"last": last}


def fill_folder(names, prefix):
    os.makedirs(at("many"), exist_ok=True)
    for n in range(int(names)):
        os.close(os.open(at("many", f"{prefix}{n:06}"), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        if n == 10:
            begun()
    return {}


def list_folder():
    names = os.listdir(at("many"))
    return {"names": len(names), "different": len(set(names))}


def empty_folder():
    for name in os.listdir(at("many")):
        remove(at("many", name))
    os.rmdir(at("many"))
    return {}


NAMES = [
    "a" * 255,
    "한" * 85,
    "line\nbreak",
    " leading and trailing ",
    "-rf *",
    "quote'\"`$(x)",
    unicodedata.normalize("NFC", "한글 é"),
    unicodedata.normalize("NFD", "한글 é"),
]


def write_names():
    os.makedirs(at("names"))
    for name in NAMES:
        write_file(at("names", name), name.encode())
    try:
        write_file(at("names", "b" * 256), b"")
        raise AssertionError("a name of 256 bytes was taken")
    except OSError as error:
        assert error.errno == errno.ENAMETOOLONG, error
    return {}


def read_names():
    found = os.listdir(at("names"))
    assert sorted(found) == sorted(NAMES), found
    for name in NAMES:
        assert read_file(at("names", name)) == name.encode()
    return {"names": len(found)}


BEYOND = 5 * 2**30


def write_sparse():
    with open(at("sparse"), "wb") as file:
        file.seek(BEYOND)
        file.write(b"end")
        file.flush()
        os.fsync(file.fileno())
    return {}


def read_sparse():
    with open(at("sparse"), "rb") as file:
        status = os.fstat(file.fileno())
        assert status.st_size == BEYOND + 3, status.st_size
        assert file.read(4096) == bytes(4096)
        assert os.pread(file.fileno(), 10, BEYOND - 2) == b"\0\0end"
    return {"takesMiB": status.st_blocks // 2048}


def hold(what):
    """Keeps a file open, and a map of it, and says what it sees of what another node does to it."""
    path = at("held")
    file = os.open(path, os.O_RDWR)
    seen = mmap.mmap(file, 8, prot=mmap.PROT_READ)
    assert seen[:3] == b"one"
    begun()
    sys.stdin.readline()
    if what == "mapped":
        # A lock is what makes a client ask anew: close-to-open is of open, not of what is mapped.
        fcntl.lockf(file, fcntl.LOCK_EX)
        content = seen[:3]
        fcntl.lockf(file, fcntl.LOCK_UN)
        return {"mapped": content.decode(), "read": os.pread(file, 3, 0).decode()}
    if what == "truncated":
        os.close(file)
        file = os.open(path, os.O_RDWR)
        return {"size": os.fstat(file).st_size, "read": os.pread(file, 100, 0).decode()}
    try:
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        return {"read": os.pread(file, 3, 0).decode()}
    except OSError as error:
        return {"error": errno.errorcode[error.errno]}


def put(name, text):
    write_file(at(name), text.encode())
    return {}


def overwrite(name, text):
    file = os.open(at(name), os.O_RDWR)
    os.pwrite(file, text.encode(), 0)
    os.fsync(file)
    os.close(file)
    return {}


def delete(name):
    remove(at(name))
    return {}


def cut(name, size):
    os.truncate(at(name), int(size))
    return {}


def properties():
    """What a file has besides its content, and who may change it."""
    path = at("properties")
    write_file(path, b"x")
    os.utime(path, ns=(1_000_000_000_123_456_789, 1_100_000_000_987_654_321))
    os.link(path, f"{path}-link")
    os.symlink("properties", f"{path}-symlink")
    os.chmod(path, 0o640)
    answers = {"chmod": oct(os.stat(path).st_mode & 0o777), "owner": os.stat(path).st_uid}
    for what, attempt in {
        "chown": lambda: os.chown(path, 0, 0),
        "setuid": lambda: os.chmod(path, 0o4755),
        "xattr": lambda: os.setxattr(path, "user.note", b"text"),
    }.items():
        try:
            attempt()
            answers[what] = "done"
        except OSError as error:
            answers[what] = errno.errorcode[error.errno]
    return {**answers, "ownerAfterwards": os.stat(path).st_uid}


def read_properties():
    path = at("properties")
    status = os.stat(path)
    try:
        note = os.getxattr(path, "user.note").decode()
    except OSError as error:
        note = errno.errorcode[error.errno]
    return {
        "nanoseconds": [str(status.st_atime_ns), str(status.st_mtime_ns)],
        "links": status.st_nlink,
        "sameFile": os.path.samefile(path, f"{path}-link"),
        "symlink": os.readlink(f"{path}-symlink"),
        "throughSymlink": os.path.samefile(path, f"{path}-symlink"),
        "note": note,
    }


def whose(name):
    """Who somebody is, and whose what they write is."""
    path = at(name)
    os.makedirs(path)
    write_file(os.path.join(path, "file"), b"x")
    return {
        "who": os.getuid(),
        "folder": os.stat(path).st_uid,
        "file": os.stat(os.path.join(path, "file")).st_uid,
        "mayRead": os.access(os.path.join(path, "file"), os.R_OK),
    }


def fill():
    """Writes until the volume is full; what had been said to be written is there afterwards."""
    path = at("filler")
    block = os.urandom(2**20)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    synced, where = 0, "no error"
    try:
        while synced < 2**33:
            for what, step in (("write", lambda: os.write(file, block)), ("fsync", lambda: os.fsync(file))):
                where = what
                step()
            synced += 1
    except OSError as error:
        failed = errno.errorcode[error.errno]
    try:
        os.close(file)
    except OSError as error:
        assert error.errno == errno.ENOSPC, error
    whole = 0
    with open(path, "rb") as content:
        while content.read(2**20) == block:
            whole += 1
    assert whole >= synced, f"{synced} MiB were synced, and {whole} are there"
    return {"failed": failed, "at": where}


PROGRAMS = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__module__", None) == "__main__" and not isinstance(value, type)
}

if __name__ == "__main__":
    os.makedirs(SHARE, exist_ok=True)
    print(json.dumps(PROGRAMS[sys.argv[1]](*sys.argv[2:])), flush=True)
