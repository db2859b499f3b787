import Glibc
import QLIFFigures
import Testing

@Suite struct OutputTests {
  @Test func writesAndReplacesAndLeavesNothingElse() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.png"
    try Output.write([1, 2, 3], to: path)
    try Output.write([4, 5], to: path)
    #expect(bytes(of: path) == [4, 5])
    #expect(folder.contents == ["a.png"])
  }

  @Test func followsALink() throws {
    let folder = try TemporaryFolder()
    try Output.write([1], to: folder.path + "/file")
    symlink("file", folder.path + "/link")
    try Output.write([2], to: folder.path + "/link")
    #expect(bytes(of: folder.path + "/file") == [2])
    #expect(folder.contents == ["file", "link"])
  }

  @Test func devicesStayDevices() throws {
    try Output.write([1, 2, 3], to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func afullDiskIsReported() {
    #expect(throws: FigureError.file(path: "/dev/full", reason: "No space left on device")) {
      try Output.write([1], to: "/dev/full")
    }
  }

  @Test(arguments: ["", "/nonexistent-folder/a.png", "/", "/dev/null/a.png", "a\0b"])
  func impossiblePathsAreRefused(path: String) {
    #expect(throws: FigureError.self) { try Output.write([1], to: path) }
  }
}
