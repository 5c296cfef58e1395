"""Do two samples come from one distribution? Mann–Whitney's U and Kolmogorov–Smirnov's D, with the medians people look at."""

import bisect
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

type Sample = Sequence[float]


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of request: registered against unknown, and unknown against unknown as the measure of chance."""

    request: str
    tries: int
    same_words: bool
    registered_ms: float
    unknown_ms: float
    auc: float
    u_p: float
    ks_d: float
    ks_p: float
    chance_auc: float
    chance_ks_d: float

    def line(self) -> str:
        """As a row of the table."""
        words = "the same" if self.same_words else "**differ**"
        difference = self.registered_ms - self.unknown_ms
        cells = [f"{self.registered_ms:.2f} ms", f"{self.unknown_ms:.2f} ms", f"{difference:+.2f} ms", f"{self.auc:.3f}", f"{self.u_p:.2f}"]
        cells += [f"{self.ks_d:.3f}", f"{self.ks_p:.2f}", f"{self.chance_auc:.3f}", f"{self.chance_ks_d:.3f}"]
        return f"| {self.request} | {words} | {' | '.join(cells)} |"

    def figures(self) -> Mapping[str, object]:
        """As they are kept."""
        return asdict(self)


def compare(request: str, registered: Sample, unknown: Sample, again: Sample, *, same_words: bool) -> Compared:
    """All figures of one kind of request; seconds in, milliseconds out."""
    auc, u_p = mann_whitney(registered, unknown)
    ks_d, ks_p = kolmogorov_smirnov(registered, unknown)
    return Compared(
        request,
        len(registered),
        same_words,
        statistics.median(registered) * 1000,
        statistics.median(unknown) * 1000,
        auc,
        u_p,
        ks_d,
        ks_p,
        mann_whitney(again, unknown)[0],
        kolmogorov_smirnov(again, unknown)[0],
    )


def mann_whitney(left: Sample, right: Sample) -> tuple[float, float]:
    """How often one of the left takes longer than one of the right (0.5: as often as not), and the two-sided p by the normal law."""
    n, m = len(left), len(right)
    ordered = sorted(right)
    below = sum(bisect.bisect_left(ordered, value) + bisect.bisect_right(ordered, value) for value in left) / 2
    z = (below - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return below / (n * m), math.erfc(abs(z) / math.sqrt(2))


def kolmogorov_smirnov(left: Sample, right: Sample) -> tuple[float, float]:
    """The greatest distance between the two distributions, and its p by Kolmogorov's law."""
    one, other = sorted(left), sorted(right)
    n, m = len(one), len(other)
    distance = max(abs(bisect.bisect_right(one, value) / n - bisect.bisect_right(other, value) / m) for value in (*one, *other))
    scaled = (math.sqrt(n * m / (n + m)) + 0.12 + 0.11 / math.sqrt(n * m / (n + m))) * distance
    tail = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return distance, min(1.0, max(0.0, tail)) if scaled > 0.2 else 1.0
