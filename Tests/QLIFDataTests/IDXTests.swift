import QLIFData
import QLIFFiles
import Testing

@Suite struct IDXTests {
  static let images = idx([3, 2, 2], (0..<12).map { UInt8($0 * 20) })
  static let labels = idx([3], [4, 9, 2])

  @Test func entriesComeBack() throws {
    let file = try IDX(Self.images, rank: 3, path: "x")
    #expect(file.shape == [3, 2, 2])
    #expect(file.entry(1).map(Array.init) == [80, 100, 120, 140])
    #expect(file.entry(3) == nil)
    #expect(file.entry(-1) == nil)
    #expect(file.entry(.max) == nil)
  }

  @Test func liesAreRefused() {
    var bad: [[UInt8]] = [[], [0, 0, 8, 3], Self.labels, Self.images + [0], Array(Self.images.dropLast())]
    bad.append(idx([.max, .max, .max], []))
    bad.append(idx([0, 2, 2], []))
    bad.append([1] + Self.images.dropFirst())
    bad.append([0, 0, 0x0D, 3] + Self.images.dropFirst(4))
    for bytes in bad { #expect(throws: DataError.self) { try IDX(bytes, rank: 3, path: "x") } }
    for length in 0..<Self.images.count {
      #expect(throws: DataError.self) { try IDX(Array(Self.images[..<length]), rank: 3, path: "x") }
    }
  }

  /// Whatever the bytes are: a file whose sizes fit, or an error of one line.
  @Test func damagedFilesNeverTrap() {
    var numbers = Numbers(state: 3)
    var read = 0
    for _ in 0..<4000 {
      var bytes = Self.images
      for _ in 0..<Int.random(in: 1...3, using: &numbers) {
        bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
      }
      if Bool.random(using: &numbers) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &numbers)) }
      do {
        let file = try IDX(bytes, rank: 3, path: "x")
        #expect(file.entry(file.shape[0] - 1)?.count == file.shape[1] * file.shape[2])
        read += 1
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(read > 100)
  }

  @Test(arguments: [true, false], ["", "mnist/", "MNIST/raw/"])
  func dataSetsAreFound(compressed: Bool, folder: String) throws {
    let place = TemporaryFolder()
    let suffix = compressed ? ".gz" : ""
    place.write(Self.images, "\(folder)t10k-images-idx3-ubyte\(suffix)", compressed: compressed)
    place.write(Self.labels, "\(folder)t10k-labels-idx1-ubyte\(suffix)", compressed: compressed)
    let sample = try ImageDataset.mnist.sample(1, split: .test, folder: place.place)
    #expect(sample.label == 9)
    #expect(sample.width == 2 && sample.height == 2)
    #expect(sample.pixels == [80, 100, 120, 140].map { Float($0) / 255 })
    #expect(throws: DataError.unsuitable("index 3 is outside 0 ... 2, the test images of mnist")) {
      try ImageDataset.mnist.sample(3, split: .test, folder: place.place)
    }
    #expect(throws: DataError.self) { try ImageDataset.mnist.sample(0, split: .train, folder: place.place) }
  }

  @Test(arguments: [
    ("fashion-mnist", "FashionMNIST/raw/"), ("kmnist", "KMNIST/raw/"), ("mnist", ""),
  ])
  func namesWithADotAreFound(name: String, folder: String) throws {
    let place = TemporaryFolder()
    place.write(Self.images, "\(folder)train-images.idx3-ubyte")
    place.write(Self.labels, "\(folder)train-labels.idx1-ubyte.gz", compressed: true)
    let dataset = try #require(ImageDataset(rawValue: name))
    #expect(try dataset.sample(2, split: .train, folder: place.place).label == 2)
  }

  /// Images of one place never get the labels of another.
  @Test func aPlaceHasBothFiles() throws {
    let place = TemporaryFolder()
    place.write(Self.images, "mnist/t10k-images-idx3-ubyte")
    place.write(Self.images, "t10k-images-idx3-ubyte")
    place.write(Self.labels, "t10k-labels-idx1-ubyte")
    #expect(try ImageDataset.mnist.sample(1, split: .test, folder: place.place).label == 9)
    let alone = TemporaryFolder()
    alone.write(Self.images, "mnist/t10k-images-idx3-ubyte")
    alone.write(Self.labels, "t10k-labels-idx1-ubyte")
    #expect(throws: DataError.self) { try ImageDataset.mnist.sample(1, split: .test, folder: alone.place) }
  }

  @Test func labelsMustMatchImages() {
    let place = TemporaryFolder()
    place.write(Self.images, "train-images-idx3-ubyte")
    place.write(idx([2], [1, 2]), "train-labels-idx1-ubyte")
    #expect(throws: DataError.self) { try ImageDataset.kmnist.sample(0, split: .train, folder: place.place) }
  }

  @Test func foldersComeFromTheEnvironment() {
    func folder(_ variables: [String: String]) -> String {
      ImageDataset.defaultFolder { variables[$0].map { FilePath($0) } }.description
    }
    #expect(folder(["QLIF_DATA": "d", "XDG_CACHE_HOME": "c", "HOME": "h"]) == "d")
    #expect(folder(["QLIF_DATA": "", "XDG_CACHE_HOME": "c", "HOME": "h"]) == "c/qlif")
    #expect(folder(["HOME": "h"]) == "h/.cache/qlif")
  }
}
