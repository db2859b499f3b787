import ArgumentParser
import QLIFFiles

/// What a drawing of a network asks for.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network, a .safetensors file. Two keys of its metadata say what its outputs are: readout (spike_count or membrane) and classes (their names, a JSON array of strings, one for each output).",
      valueName: "file"))
  var model: FilePath

  @OptionGroup var picture: PictureOptions
}
