import ArgumentParser
import QLIFFiles

/// What a drawing of a network asks for.
struct ModelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The network, a .safetensors file.", valueName: "file"))
  var model: FilePath

  @OptionGroup var picture: PictureOptions

  /// The title that the user gave.
  var title: String? { picture.title }
}
