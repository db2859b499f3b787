import ArgumentParser

/// What a drawing of a network asks for.
struct ModelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The network, a .safetensors file.", valueName: "file"))
  var model: String

  @OptionGroup var picture: PictureOptions

  /// The title that the user gave.
  var title: String? { picture.title }
}
