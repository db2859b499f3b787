import KernelTypes

/// A group of 16 neurons at a step of a range.
struct GroupStep {
  /// The step's row in arrays of the range, and its number in the sequence.
  let row: Int
  let step: Int
  let group: Int
  let groups: Int

  @inline(__always)
  init(_ range: StepRange, row: Int, group: Int, groups: Int) {
    self.row = row
    step = range.first + row
    self.group = group
    self.groups = groups
  }

  /// Where it begins in an array [steps, groups * 16].
  @inline(__always)
  var offset: Int { (row * groups + group) * laneCount }

  /// Where it begins in an array of currents.
  @inline(__always)
  func offset(in currents: Currents) -> Int { row * currents.stride + group * laneCount }
}

extension Currents {
  /// The second current, 0 where there is none, from an offset on.
  @inline(__always)
  func second(at place: Int) -> Lanes { count > 1 ? Lanes(loading: base + (offset + place)) : .zero }
}

/// The sums of a constant input's gradients begin with those of the steps that follow.
@inline(__always)
func sumAfter(_ range: StepRange, _ currents: Currents, _ gradient: UnsafePointer<Float>) -> Lanes {
  currents.isConstant && range.gradientAfter != nil ? Lanes(loading: gradient) : .zero
}
