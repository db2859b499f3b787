import Glibc
import QLIFFiles
import Testing

/// Nothing here writes outside folders of its own: pipes, sockets and nodes are made in them.
@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  @Test func aFileIsReplacedAndNothingElseIsLeft() throws {
    let file = folder.file("a")
    try AtomicFile.write([1, 2, 3], to: file)
    try AtomicFile.write([4, 5], to: file)
    #expect(file.content == [4, 5])
    #expect(folder.names == ["a"])
  }

  @Test(arguments: ["file", "absent"])
  func aLinkIsFollowedAndStays(name: String) throws {
    if name == "file" { try AtomicFile.write([1], to: folder.file("file")) }
    symlink(name, folder.file("second").bytes)
    symlink("\(folder.path)/second", folder.file("link").bytes)
    try AtomicFile.write([2], to: folder.file("link"))
    #expect(folder.file(name).content == [2])
    #expect(folder.file("link").status.st_mode & S_IFMT == S_IFLNK)
    #expect(folder.names == [name, "link", "second"].sorted())
  }

  @Test func linksInACircleAreRefused() {
    symlink("b", folder.file("a").bytes)
    symlink("a", folder.file("b").bytes)
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.file("a")) }
    #expect(folder.names == ["a", "b"])
  }

  @Test(arguments: [0o600, 0o640, 0o666, 0o755] as [mode_t])
  func theModeIsKept(mode: mode_t) throws {
    let file = folder.file("a")
    try AtomicFile.write([1], to: file)
    chmod(file.bytes, mode)
    try AtomicFile.write([2], to: file)
    #expect(file.status.st_mode & 0o7777 == mode)
  }

  @Test(.enabled(if: getuid() == 0)) func theOwnerIsKept() throws {
    let file = folder.file("a")
    try AtomicFile.write([1], to: file)
    chown(file.bytes, 1234, 2345)
    try AtomicFile.write([2], to: file)
    #expect(file.status.st_uid == 1234)
    #expect(file.status.st_gid == 2345)
  }

  @Test func whatNobodyMayWriteIsRefused() throws {
    let file = folder.file("a")
    try AtomicFile.write([1], to: file)
    chmod(file.bytes, 0o444)
    #expect(throws: FileError.self) { try AtomicFile.write([2], to: file) }
    #expect(file.content == [1])
    #expect(folder.names == ["a"])
  }

  @Test func aNameMayBeAsLongAsNamesAre() throws {
    let file = folder.file(String(repeating: "n", count: 255))
    try AtomicFile.write([1], to: file)
    try AtomicFile.write([2], to: file)
    #expect(file.content == [2])
    #expect(throws: FileError.self) {
      try AtomicFile.write([1], to: folder.file(String(repeating: "n", count: 256)))
    }
    #expect(folder.names.count == 1)
  }

  @Test func aNameNeedNotBeText() throws {
    let file = FilePath(characters: folder.file("a").bytes.dropLast() + [-1, -2])
    try AtomicFile.write([1], to: file)
    #expect(file.content == [1])
    #expect(file.description.hasSuffix("a\u{FFFD}\u{FFFD}"))
    unlink(file.bytes)
  }

  @Test func aPipeIsWrittenTo() throws {
    let pipe = folder.file("pipe")
    mkfifo(pipe.bytes, 0o600)
    // Both ends, so that nobody waits.
    let end = open(pipe.bytes, O_RDWR | O_CLOEXEC)
    defer { close(end) }
    try AtomicFile.write([1, 2, 3], to: pipe)
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(end, &bytes, 8) == 3)
    #expect(bytes.prefix(3) == [1, 2, 3])
    #expect(pipe.status.st_mode & S_IFMT == S_IFIFO)
    #expect(folder.names == ["pipe"])
  }

  @Test func aReaderThatGoesAwayIsAnErrorAndNoSignal() {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    close(ends[0])
    defer { close(ends[1]) }
    #expect([1, 2].withUnsafeBytes { OpenFile.write($0, to: ends[1]) } == EPIPE)
  }

  @Test func aSocketIsRefused() throws {
    let socket = folder.file("s")
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.bytes.map { UInt8($0) }) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    #expect(bound == 0)
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: socket) }
    #expect(socket.status.st_mode & S_IFMT == S_IFSOCK)
    #expect(folder.names == ["s"])
  }

  /// A block device of no driver: even if it were opened, there is nothing to be written to.
  @Test(.enabled(if: getuid() == 0)) func aBlockDeviceIsRefused() {
    let node = folder.file("node")
    guard mknod(node.bytes, S_IFBLK | 0o600, 0) == 0 else { return }
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: node) }
    #expect(node.status.st_mode & S_IFMT == S_IFBLK)
    #expect(folder.names == ["node"])
  }

  @Test func whatTheDeadHaveLeftIsRemovedAndNothingElse() throws {
    for name in [".qlif-dead.tmp", ".qlif-living.tmp", ".qlif", "x.tmp"] {
      close(open(folder.file(name).bytes, O_CREAT | O_WRONLY, 0o600))
    }
    symlink("x.tmp", folder.file(".qlif-link.tmp").bytes)
    mkfifo(folder.file(".qlif-pipe.tmp").bytes, 0o600)
    let living = open(folder.file(".qlif-living.tmp").bytes, O_WRONLY)
    flock(living, LOCK_EX)
    defer { close(living) }
    try AtomicFile.write([1], to: folder.file("a"))
    #expect(!folder.names.contains(".qlif-dead.tmp"))
    #expect(folder.names.contains(".qlif-living.tmp"))
    #expect(folder.names.contains(".qlif-link.tmp"))
    #expect(Set(folder.names).isSuperset(of: [".qlif", "x.tmp", "a"]))
  }

  @Test(arguments: ["", "absent/a", ".", "file/a", "a\0b"])
  func impossiblePathsAreRefused(name: String) throws {
    try AtomicFile.write([1], to: folder.file("file"))
    let path = name.isEmpty ? FilePath("") : folder.file(name)
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.description.contains("\n") == false)
    #expect(folder.names == ["file"])
  }
}
