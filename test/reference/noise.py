"""The noise of src/model/input-noise.ts for PyTorch: words of Philox4x32-10, uniform, per example."""

import numpy
import torch

OFFSET = 2**52
"""NOISE_OFFSET in src/model/dropout.ts."""


def words(seed: int, offset: int, count: int) -> numpy.ndarray:
    """Words offset .. offset + count of the generator; offset is a multiple of 4."""
    counter = numpy.uint64(offset // 4) + numpy.arange((count + 3) // 4, dtype=numpy.uint64)
    low, half = numpy.uint64(0xFFFFFFFF), numpy.uint64(32)
    c = [counter & low, counter >> half, numpy.zeros_like(counter), numpy.zeros_like(counter)]
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        a, b = c[0] * numpy.uint64(0xD2511F53), c[2] * numpy.uint64(0xCD9E8D57)
        c = [(b >> half) ^ c[1] ^ numpy.uint64(k0), b & low, (a >> half) ^ c[3] ^ numpy.uint64(k1), a & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return numpy.stack(c, axis=1).reshape(-1)[:count]


def uniform(seed: int, count: int) -> torch.Tensor:
    """In (-1, 1), fp32 [count]."""
    return torch.from_numpy(((words(seed, OFFSET, count) >> numpy.uint64(9)) + 0.5) / 2**22 - 1).float()


class Neftune:
    """TRL's hook on the embedding (neftune_post_forward_hook), with noise from here in the place of PyTorch's."""

    def __init__(self, model: torch.nn.Module, alpha: float, seed: int, draws_of_step: int) -> None:
        self.alpha, self.seed, self.draws_of_step = alpha, seed, draws_of_step
        self.draw = None
        self.hook = model.get_input_embeddings().register_forward_hook(self.add)

    def example(self, step: int, index: int) -> None:
        """Before the example at that place of the step's window."""
        self.draw = step * self.draws_of_step + index

    def add(self, module, input, output: torch.Tensor) -> torch.Tensor:
        magnitude = self.alpha / (output.size(1) * output.size(2)) ** 0.5
        return output + magnitude * uniform(self.seed + self.draw, output.numel()).view_as(output)

    def remove(self) -> None:
        self.hook.remove()
