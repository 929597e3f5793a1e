"""Sphinx where processes cannot be forked."""

import asyncio

import pytest

from dlnotes.book import writers


@pytest.mark.parametrize(("arguments", "code"), [(["--version"], 0), (["--no-such-option"], 2)])
def test_sphinx_runs_as_a_program(monkeypatch, tmp_path, arguments, code):
    monkeypatch.setattr(writers, "can_fork", lambda: False)

    async def run():
        means = writers.Writers(None, tmp_path)
        means.warm_up()
        means.prepare(arguments)
        try:
            assert await means.loaded() == set()
            return await means.write(arguments)
        finally:
            await means.discard()
            await means.close()

    assert asyncio.run(run()) == code
