import ArgumentParser
import Glibc
import QLIFData
import QLIFFiles

extension ImageDataset: ExpressibleByArgument {}
extension ImageDataset.Split: ExpressibleByArgument {}

/// The one input that a drawing is about: an image of a data set or a sample of an array file.
struct InputOptions: ParsableArguments {
  @Option(help: "The data set that the image is taken from.")
  var dataset: ImageDataset?

  @Option(help: "The part of the data set.")
  var split: ImageDataset.Split?

  @Option(
    help: ArgumentHelp(
      "The folder with the data set's IDX files, or with a folder of the data set's name that holds them. "
        + "Default: the environment's QLIF_DATA, else qlif in the user's cache.", valueName: "folder"))
  var data: FilePath?

  @Option(
    help: ArgumentHelp(
      "A .npy file in place of a data set: one sample, [batch, ...] or [steps, batch, ...].",
      valueName: "file"))
  var input: FilePath?

  @Flag(help: "The array's first axis is time, also where its shape could mean a batch.")
  var sequence = false

  @Option(help: "Divide the array's values by this, for example 255 where pixels are kept as bytes.")
  var divide: Double?

  @Option(
    help: ArgumentHelp("The true class of the array's sample, as the model calls it.", valueName: "class"))
  var label: String?

  @Option(help: "Which image or sample, counted from 0. Needed with --dataset; 0 with --input.")
  var index: Int?

  mutating func validate() throws {
    label = label.map(RawArguments.shown)
    switch (dataset, input) {
    case (nil, nil):
      if isGiven { throw Self.missing }
    case (.some, .some): throw ValidationError("--dataset and --input exclude each other")
    case (.some, nil):
      if index == nil { throw ValidationError("--dataset needs --index") }
      if sequence || divide != nil || label != nil {
        throw ValidationError("--sequence, --divide and --label go with --input, not with --dataset")
      }
    case (nil, .some):
      if split != nil || data != nil {
        throw ValidationError("--split and --data go with --dataset, not with --input")
      }
    }
    if let index, index < 0 { throw ValidationError("--index \(index) is negative") }
    if let divide, !divide.isFinite || divide == 0 {
      throw ValidationError("--divide \(divide) is no divisor")
    }
  }

  private static let missing = ValidationError("an input is missing: give --dataset or --input")

  /// Whether an input, or a part of its description, is given.
  var isGiven: Bool {
    dataset != nil || split != nil || data != nil || input != nil || sequence || divide != nil
      || label != nil || index != nil
  }

  /// The chosen input in words and numbers.
  struct Choice {
    var sample: InputSample
    /// Its number in the data set or the batch.
    var index: Int
    /// The true class, as a caption calls it, if it is known.
    var className: String?
    /// The output that stands for it, if the model has one.
    var output: Int?
    var classes: OutputClasses
    /// What a title calls it: "mnist test image 7".
    var name: String

    /// " of class bee", for a caption; empty where the class is not known.
    var ofClass: String { className.map { " of class \($0)" } ?? "" }
  }

  /// Reads the input for a model.
  func load(for model: Model) throws -> Choice {
    let inputShape = model.inputShape
    if let dataset {
      let split = split ?? .test
      let folder = data ?? ImageDataset.defaultFolder { getenv($0).map { FilePath(cString: $0) } }
      let index = index ?? 0
      let image = try dataset.sample(index, split: split, folder: folder)
      guard image.pixels.count == inputShape.reduce(1, *) else {
        let sizes = inputShape.map(String.init).joined(separator: " x ")
        throw RenderError(
          "an image of \(dataset.rawValue) has \(image.height) x \(image.width) pixels, the network takes \(sizes) values"
        )
      }
      // An image of a class that the model never learned is still worth a picture.
      let classes = model.classes(dataset: dataset.classNames)
      let output = model.hasClasses ? classes.output(of: String(image.label)) : nil
      return Choice(
        sample: InputSample(values: image.pixels, steps: 0, shape: [image.height, image.width]), index: index,
        className: output.map { classes[$0] } ?? dataset.className(image.label), output: output,
        classes: classes, name: "\(dataset.rawValue) \(split.rawValue) image \(index)")
    }
    guard let path = input else { throw Self.missing }
    let index = index ?? 0
    let classes = model.classes()
    let output = try label.map { label in
      guard model.hasClasses else {
        throw RenderError("--label \(label): the network has no outputs for classes")
      }
      guard let output = classes.output(of: label) else {
        throw RenderError("--label \(label) is not one of the model's classes: \(classes.listed)")
      }
      return output
    }
    var sample = try NPY(path: path).sample(index, inputShape: inputShape, isSequence: sequence)
    if let divide { sample.values = sample.values.map { $0 / Float(divide) } }
    return Choice(
      sample: sample, index: index, className: output.map { classes[$0] }, output: output, classes: classes,
      name: "\(path.name) sample \(index)")
  }
}

extension ImageDataset {
  /// "9 (Ankle boot)", "7".
  fileprivate func className(_ label: Int) -> String {
    classNames.indices.contains(label) ? "\(label) (\(classNames[label]))" : String(label)
  }
}
