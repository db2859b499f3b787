"""How much noise a trained network bears: ``python -m qlif.robustness``.

Test accuracy over the number of shots, over the strength of each kind of noise and under the noise
of a device, with several seeds of the noise; a table and a picture with the spread.
"""
