"""One training on several processor cores: a process for each, whose gradients are averaged after every step.

Threads that share one small product wait for each other at every layer; processes meet once a step. Each replica
draws its own pictures and takes its part of the batch, so that together they do what one would do alone.
"""

import dataclasses
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, distributed

from pocket.recipes.course import Plan

Sample = TypeVar("Sample")


@contextmanager
def together(plan: Plan, train: Callable[[Plan], None], name: str) -> Iterator[None]:
    """Run `train` in the plan's other replicas while this one, which began them, does its part.

    A replica that fails takes the others along: they miss it at the next step.
    """
    if plan.replicas == 1:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    meeting = plan.out / f"{name}.meeting"
    others = []
    if plan.replica == 0:
        meeting.unlink(missing_ok=True)
        # Spawned, because a process that has used torch's threads must not be forked.
        context = multiprocessing.get_context("spawn")
        plans = [dataclasses.replace(plan, replica=number) for number in range(1, plan.replicas)]
        others = [context.Process(target=train, args=(other,), daemon=True) for other in plans]
        for other in others:
            other.start()
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting.resolve()}", rank=plan.replica, world_size=plan.replicas
    )
    try:
        yield
    finally:
        distributed.destroy_process_group()
        for other in others:
            other.join()
        torch.set_num_threads(threads)
        if plan.replica == 0:
            meeting.unlink(missing_ok=True)


def average_gradients(parameters: Iterable[Tensor]) -> None:
    """Give every replica the mean of all replicas' gradients; alone, leave them as they are."""
    if not distributed.is_initialized():
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    means = torch.split(flat, [gradient.numel() for gradient in gradients])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view_as(gradient))


def every(draw_one: Callable[[int], Sample], stride: int, offset: int, number: int) -> Sample:
    """Draw the sample that is this replica's `number`-th."""
    return draw_one(number * stride + offset)
