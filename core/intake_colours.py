"""Whatever colours a file means, in sRGB: by its profile, or by the numbers that stand for one."""

import io
import struct
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from PIL import Image, ImageCms

Point = tuple[float, float]  # a chromaticity, CIE 1931 x and y
Chromaticities = tuple[Point, Point, Point, Point]  # white, red, green, blue
Matrix = Sequence[Sequence[float]]

_SPACES: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_D65: Final[Point] = (0.3127, 0.3290)
BT709: Final[Chromaticities] = (_D65, (0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
# Code points of ITU-T H.273, which AVIF, HEIF and PNG's cICP share: colour primaries 9 and 12.
_PRIMARIES: Final[dict[int, Chromaticities]] = {
    9: (_D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: (_D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
_PQ: Final = 16  # transfer characteristics there
_HLG: Final = 18
_GAMMAS: Final = {4: 2.2, 5: 2.8, 8: 1.0}  # the others are shown as sRGB
_SDR_WHITE: Final = 203.0  # candela a square metre (ITU-R BT.2408)
_HDR_WHITE: Final = 1000.0
_STEPS: Final = 1024
# How eyes adapt to another white (Bradford), and the white of ICC's connection space, D50.
_BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_D50: Final = (0.9642, 1.0, 0.8249)


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an opaque picture (L, RGB or CMYK) in sRGB by its ICC profile, or as it is without one.

    A profile that is broken, or made for other channels, is one that viewers pass over too.
    """
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if image.mode == "L" and space == "RGB":
            image = image.convert("RGB")  # grey in a space of colours is a colour there
        if _SPACES.get(image.mode) != space:
            return image.convert("RGB")
        converted = ImageCms.profileToProfile(
            image,
            source,
            ImageCms.createProfile("sRGB"),
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")
    return converted if converted is not None else image.convert("RGB")


@cache
def coded(primaries: int, transfer: int) -> bytes | None:
    """Return the ICC profile that code points of ITU-T H.273 mean; None where that is sRGB, or as good as it."""
    if primaries not in _PRIMARIES and transfer not in (_PQ, _HLG, *_GAMMAS):
        return None
    if transfer in (_PQ, _HLG):
        curve = _table(_from_pq if transfer == _PQ else _from_hlg)
    elif transfer in _GAMMAS:
        curve = _power(_GAMMAS[transfer])
    else:
        curve = _srgb()
    return _profile(_PRIMARIES.get(primaries, BT709), curve)


def calibrated(gamma: float | None, chromaticities: Sequence[float] | None) -> bytes | None:
    """Return the ICC profile that PNG's gAMA and cHRM mean; None where that is sRGB, or nothing possible.

    `chromaticities` are those of white, red, green and blue, as pairs of x and y.
    """
    whole = tuple(chromaticities or ())
    points: Chromaticities = BT709
    if len(whole) == 8:
        points = ((whole[0], whole[1]), (whole[2], whole[3]), (whole[4], whole[5]), (whole[6], whole[7]))
    usual = all(
        abs(one - other) < 0.005
        for point, standard in zip(points, BT709, strict=True)
        for one, other in zip(point, standard, strict=True)
    )
    straight = gamma is None or not 0.05 < gamma < 5 or abs(gamma - 1 / 2.2) < 0.02
    if usual and straight:
        return None
    try:
        return _profile(points, _srgb() if straight or gamma is None else _power(1 / gamma))
    except (ZeroDivisionError, struct.error):
        return None  # points that span no triangle


def _profile(points: Chromaticities, curve: bytes) -> bytes:
    """An ICC profile (version 4.3, ICC.1:2010) of three primaries and one curve for all of them."""
    columns = _primaries(points)
    tags = {
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz([row[0] for row in columns]),
        b"gXYZ": _xyz([row[1] for row in columns]),
        b"bXYZ": _xyz([row[2] for row in columns]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    place = 128 + 4 + 12 * len(tags)
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        table += struct.pack(">4sII", name, place + len(bodies), len(body))
        bodies += body + b"\0" * (-len(body) % 4)
    header = struct.pack(">I4xI12s12x4s24x", place + len(bodies), 0x04300000, b"mntrRGB XYZ ", b"acsp")
    header += struct.pack(">I", 0) + _xyz(_D50)[8:]
    return header.ljust(128, b"\0") + table + bodies


def _primaries(points: Chromaticities) -> Matrix:
    """The primaries as columns of XYZ under D50: first so that they add up to white, then adapted."""
    white, *primaries = ([x / y, 1.0, (1 - x - y) / y] for x, y in points)
    columns = list(zip(*primaries, strict=True))
    shares = _times(_inverse(columns), white)
    scaled = [[value * share for value, share in zip(row, shares, strict=True)] for row in columns]
    seen, wanted = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    gains = [
        [one / other if row == column else 0.0 for column in range(3)]
        for row, (one, other) in enumerate(zip(wanted, seen, strict=True))
    ]
    adapted = _product(_inverse(_BRADFORD), _product(gains, _BRADFORD))
    return _product(adapted, scaled)


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _power(gamma: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">Hxxi", 0, round(gamma * 65536))


def _srgb() -> bytes:
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0" + struct.pack(">Hxx5i", 3, *(round(number * 65536) for number in numbers))


def _table(light: Callable[[float], float]) -> bytes:
    """A curve of many points: light beyond white is brought back below it as Reinhard's operator does (2002)."""
    brightest = _HDR_WHITE / _SDR_WHITE
    values = []
    for step in range(_STEPS):
        linear = light(step / (_STEPS - 1)) / _SDR_WHITE
        shown = linear * (1 + linear / brightest**2) / (1 + linear)
        values.append(round(65535 * min(1.0, shown)))
    return b"curv\0\0\0\0" + struct.pack(f">I{_STEPS}H", _STEPS, *values)


def _from_pq(signal: float) -> float:
    """Candela a square metre (SMPTE ST 2084)."""
    root = signal ** (32 / 2523)
    return float(10000 * (max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (16384 / 2610))


def _from_hlg(signal: float) -> float:
    """Candela a square metre on a screen of a thousand (ITU-R BT.2100)."""
    scene = (
        signal**2 / 3
        if signal <= 0.5
        else (2.718281828 ** ((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    return float(_HDR_WHITE * scene**1.2)


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(value * other for value, other in zip(row, vector, strict=True)) for row in matrix]


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right, strict=True))
    return [
        [sum(one * other for one, other in zip(row, column, strict=True)) for column in columns]
        for row in left
    ]


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    adjugate = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return [[value / determinant for value in row] for row in adjugate]
