import ArgumentParser
import QLIFFiles

/// What every drawing asks for: the picture's file, its scale and its title.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The PNG file to write, a name in .png, or - for standard output.", valueName: "file"))
  var output: FilePath

  @Option(help: "Pixels per point, from 0.5 to 8; the resolution written into the PNG is 144 dpi times this.")
  var scale: Double = 1

  @Option(
    help: ArgumentHelp("The picture's title, in place of the one made from the arguments.", valueName: "text")
  )
  var title: String?

  mutating func validate() throws {
    title = title.map(RawArguments.shown)
    // Written so that NaN fails, too.
    guard scale >= 0.5, scale <= 8 else { throw ValidationError("--scale \(scale) is not between 0.5 and 8") }
    try OutputName.check(output.description, isA: "a PNG picture", suffixes: [".png"])
  }
}
