import KernelTypes

/// The lanes of a group of 16 neurons that keep their spike at a step.
@inline(__always)
func keptLanes(_ dropout: Dropout, at here: GroupStep) -> LaneMask {
  let random = randomBits(dropout.key, step: here.step, group: here.group, groups: here.groups)
  // 23 random bits as the mantissa of a float in [1, 2).
  return Lanes(bits: (random &>> 9) | 0x3f80_0000).isGreater(than: dropout.cut)
}
