import Glibc
import QLIFFiles
import Testing

@Suite struct PlainFileTests {
  let folder = TemporaryFolder()

  @Test func theBytesComeBack() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.write(bytes, to: folder.file("a"))
    #expect(try PlainFile.read(folder.file("a"), limit: 100_000) == bytes)
    #expect(throws: FileError.self) { try PlainFile.read(folder.file("a"), limit: 99_999) }
  }

  /// A pipe without a writer would be waited for.
  @Test func whatIsNoFileIsRefusedAtOnce() {
    mkfifo(folder.file("pipe").bytes, 0o600)
    for path in [folder.file("pipe"), folder.file("."), folder.file("absent"), FilePath("")] {
      #expect(throws: FileError.self) { try PlainFile.read(path, limit: 100) }
    }
  }

  /// A sparse file has any size without filling the disk.
  @Test func aFileBeyondTheMemoryIsRefused() {
    let file = folder.file("huge")
    let descriptor = open(file.bytes, O_CREAT | O_WRONLY, 0o600)
    ftruncate(descriptor, 1 << 43)
    close(descriptor)
    let error = #expect(throws: FileError.self) { try PlainFile.read(file, limit: .max) }
    #expect(error?.kind == .outOfMemory)
  }
}
