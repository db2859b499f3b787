import ArgumentParser
import Glibc
import QLIFFiles

/// Paths on the command line are bytes, and ArgumentParser takes text. Bytes that are not UTF-8 travel through it as
/// characters of a private plane that no text has.
enum RawArguments {
  private static let plane: UInt32 = 0x10_FF00

  /// The arguments behind the program's name.
  static var all: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] }.map { pointer in
      text(UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) })
    }
  }

  static func text(_ bytes: [UInt8]) -> String {
    let text = String(validating: bytes, as: UTF8.self)
    // One of the plane itself travels in the same way, so that there is one way back.
    if let text, text.unicodeScalars.allSatisfy({ $0.value < plane }) { return text }
    let scalars = bytes.lazy.compactMap { Unicode.Scalar(UInt32($0) + ($0 < 0x80 ? 0 : plane)) }
    return String(String.UnicodeScalarView(scalars))
  }

  static func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
      scalar.value >= plane ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  /// The text for a reader: U+FFFD stands for what is not UTF-8.
  static func shown(_ text: String) -> String { String(decoding: bytes(text), as: UTF8.self) }
}

extension FilePath: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(characters: RawArguments.bytes(argument).map { CChar(bitPattern: $0) })
  }
}
