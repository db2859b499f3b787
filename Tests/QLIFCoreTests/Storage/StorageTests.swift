import Foundation
import QLIFFiles
import Testing

@testable import QLIFCore

@Suite struct StorageTests {
  static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("qlif-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  static func network() throws -> Network {
    var neuron = QLIF()
    neuron.leak = .published
    neuron.driveBound = .tanh
    neuron.driveScale = 2.1
    neuron.isRefractory = false
    neuron.surrogate = .fastSigmoid
    neuron.slope = 3
    neuron.dropout = 0.1
    let network = try Network.dense([6, 20, 3], neuron, steps: 7, seed: .max)
    network.metadata = ["note": "a \"quoted\" text,\nwith ümlauts and 日本語", "empty": ""]
    return network
  }

  @Test func roundTrip() throws {
    let network = try Self.network()
    let copy = try Network.deserialized(network.serialized().bytes)
    #expect(copy.description == network.description)
    #expect(copy.metadata == network.metadata)
    #expect(copy.bits == network.bits)
    #expect(copy.seed == .max)
    #expect(try copy.serialized().bytes == network.serialized().bytes)
  }

  @Test func trainingGoesOnToTheSameBits() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = FilePath(folder.appendingPathComponent("training.safetensors").path)
    let (values, labels) = LearningTests.halves(20)
    func train(_ trainer: Trainer, _ updates: Int) throws {
      for _ in 0..<updates { _ = try trainer.step(values, labels: labels) }
    }
    func start() throws -> Trainer {
      var neuron = QLIF()
      neuron.dropout = 0.2
      return try Trainer(
        Network.dense([16, 40, 2], neuron, steps: 6),
        LearningTests.configuration {
          $0.schedule = .oneCycle
          $0.totalSteps = 12
        })
    }
    let whole = try start()
    try train(whole, 12)
    let half = try start()
    try train(half, 5)
    try half.save(to: path)
    let rest = try Trainer.load(path: path)
    #expect(rest.stepCount == 5)
    try train(rest, 7)
    #expect(rest.network.bits == whole.network.bits)
    // A training file is also a network's.
    #expect(try Network.load(path: path).parameters.count == 8)
    #expect(throws: QLIFError.self) {
      try whole.network.save(to: path)
      _ = try Trainer.load(path: path)
    }
  }

  @Test func aFailedSaveLeavesTheOldFileAndNothingElse() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let network = try Self.network()
    let path = FilePath(folder.appendingPathComponent("a.safetensors").path)
    try network.save(to: path)
    #expect(throws: QLIFError.self) {
      try network.save(to: FilePath(folder.appendingPathComponent("no/where").path))
    }
    #expect(throws: QLIFError.self) { try network.save(to: FilePath("")) }
    // A folder in its place.
    let blocked = folder.appendingPathComponent("blocked")
    try FileManager.default.createDirectory(
      at: blocked.appendingPathComponent("x"), withIntermediateDirectories: true)
    #expect(throws: QLIFError.self) { try network.save(to: FilePath(blocked.path)) }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "a.safetensors", "blocked",
      ])
    #expect(try Network.load(path: path).parameters.count == 8)
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try Self.network().serialized().bytes
    for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
      #expect(throws: QLIFError.self) { try Network.deserialized(Array(bytes[..<length])) }
    }
  }

  @Test func damagedFilesAreRefusedOrRight() throws {
    let network = try Self.network()
    let bytes = try network.serialized().bytes
    let right = network.description
    let values = network.bits
    var random = TestRandom(99)
    var refused = 0
    for round in 0..<3000 {
      var damaged = bytes
      for _ in 0..<(round % 3 + 1) {
        let place = Int(random.next() % UInt64(round % 2 == 0 ? bytes.count : 2000))
        switch random.next() % 4 {
        case 0: damaged[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: damaged.remove(at: min(place, damaged.count - 1))
        case 2: damaged.insert(UInt8(truncatingIfNeeded: random.next()), at: min(place, damaged.count))
        default: damaged[min(place, damaged.count - 1)] ^= 1 << UInt8(random.next() % 8)
        }
      }
      do {
        let read = try Network.deserialized(damaged)
        #expect(read.description == right)
        #expect(read.bits == values)
        #expect(read.metadata == network.metadata)
      } catch { refused += 1 }
    }
    #expect(refused > 2900)
  }

  /// With a right checksum: the file says it of itself.
  @Test(arguments: [-1, 1 << 53 + 1, Int.max])
  func impossibleNumbersOfUpdatesAreRefused(_ count: Int) throws {
    let trainer = try Trainer(Self.network(), TrainerConfiguration())
    var file = try trainer.serialized().bytes.withUnsafeBufferPointer {
      try Safetensors(UnsafeRawBufferPointer($0)).owned()
    }
    let text = try #require(file.metadata["qlif.trainer"])
    #expect(text.contains(#""step":0"#))
    file.metadata["qlif.trainer"] = text.replacing(#""step":0"#, with: #""step":\#(count)"#)
    let bytes = try file.encoded().bytes
    #expect(throws: QLIFError.self) { try Trainer.deserialized(bytes) }
  }

  @Test func aHeaderIsNoLongerThanAReaderTakes() throws {
    let network = try Self.network()
    for key in 0..<5 { network.metadata["\(key)"] = String(repeating: "x", count: 16 << 20) }
    #expect(throws: QLIFError.self) { try network.serialized() }
  }

  @Test func foreignFilesAreRefused() throws {
    #expect(throws: QLIFError.self) { try Network.deserialized(Array("not a model at all".utf8)) }
    #expect(throws: QLIFError.self) { _ = try Network.load(path: FilePath("/nonexistent/model")) }
    // A header that asks for more than there is.
    var file = Safetensors()
    file.metadata = [
      Network.formatKey: Network.format,
      Network.networkKey:
        #"{"input_shape":[100000],"layers":[{"kind":"dense","neuron":{"kind":"qlif"},"units":100000}],"#
        + #""seed":1,"steps":3}"#,
    ]
    let bytes = try file.encoded().bytes
    #expect(throws: QLIFError.self) { try Network.deserialized(bytes) }
  }
}
