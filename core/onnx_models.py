"""Small ONNX models on the processor: opened from files, never downloaded, asked for one picture at a time."""

import os
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

# onnxruntime reads this while it is imported, and reports to its maker without it; so it cannot wait for a call.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

from core.artifacts import Pixels

NO_MODEL: Final = (Fail, InvalidGraph, InvalidProtobuf)  # what onnxruntime raises for a file that is none


def onnx_session(path: Path, threads: int = 1) -> Any:
    """Open an ONNX model on the processor; raises FileNotFoundError without the file."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    return onnxruntime.InferenceSession(path, session_options(threads), providers=["CPUExecutionProvider"])


def session_options(threads: int) -> Any:
    """Return onnxruntime's options with so many threads; 0 leaves their number to it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return options


def as_input(pixels: Pixels, side: int) -> NDArray[np.float32]:
    """A picture as small models take it, (1, 3, side, side) from -1 to 1; raises ValueError for none."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(f"a picture is (height, width, 3), not {pixels.shape}")
    smoothing = cv2.INTER_AREA if min(pixels.shape[:2]) > side else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (side, side), interpolation=smoothing)
    return ((small.astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[None]


def answer(session: Any, batch: NDArray[Any]) -> NDArray[np.float32]:
    """A small model's answer about the first of a batch."""
    return np.asarray(session.run(None, {session.get_inputs()[0].name: batch})[0][0], np.float32)
