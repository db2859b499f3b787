import ArgumentParser
import Glibc

/// The tool's entrance.
@main
struct QLIFRender: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "qlif-render",
    abstract:
      "Draws what a network of quantum leaky integrate-and-fire neurons does, as PNG files; writes its circuits.",
    discussion: """
      Every picture carries its resolution and, as text, the command that made it and the SHA-256 of the model \
      file. On an error one line on standard error says what is wrong, the exit code is 2, and no file is written. \
      A letter that no installed font has is drawn as a box, and a line on standard error says so.

      Examples:
        qlif-render raster --model m.safetensors --dataset mnist --index 7 \\
          --output raster.png
        qlif-render filters --model m.safetensors --layer 0 --units 0-31 \\
          --output filters.png
        qlif-render bloch --spikes 1,0,1,1 --drive 0.25 --delay 0.1 \\
          --output bloch.png
        qlif-render qasm --model m.safetensors --dataset mnist --index 7 \\
          --layer 1 --step 3 --output step.qasm
      """,
    version: version,
    subcommands: [
      Raster.self, Trace.self, Filters.self, Maps.self, Bloch.self, QASM.self,
    ])

  static func main() {
    // A reader that goes away is an error to report, not a reason to die without a word.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot(CommandWords.checked(RawArguments.all))
      try command.run()
    } catch {
      // Help and version come as errors, too.
      if exitCode(for: error).isSuccess { exit(withError: error) }
      // The option's own words say what was expected of its value.
      let words = fullMessage(for: error).split(whereSeparator: \.isNewline).first { $0.hasPrefix("Help:  ") }
      let help = words.map { " (\($0.dropFirst(7).replacing("  ", with: ": ", maxReplacements: 1)))" }
      say(RawArguments.shown(message(for: error) + (help ?? "")))
      Glibc.exit(2)
    }
  }

  /// Writes one line to standard error.
  static func say(_ message: String) {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let text = Array("qlif-render: \(line)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, text, text.count)
  }
}
