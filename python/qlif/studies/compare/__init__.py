"""The comparison of the paper, for anyone to run: ``python -m qlif.compare``.

Quantum spiking networks, their classical counterparts and a variational quantum circuit on MNIST,
Fashion-MNIST and KMNIST, over several seeds; a table beside the authors' figures, and pictures.
"""
