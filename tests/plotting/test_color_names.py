import numpy as np

from dlnotes.plotting.color_names import color_names


def test_names_and_colours():
    names, rgb = color_names()
    assert len(names) == len(set(names)) == 949
    assert rgb.shape == (949, 3)
    assert rgb.dtype == np.float64
    assert {type(name) for name in names} == {str}
    assert not any(":" in name for name in names)
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz '/")
    np.testing.assert_allclose(rgb * 255, (rgb * 255).round(), rtol=0, atol=1e-12)
    assert (rgb.min(), rgb.max()) == (0, 1)


def test_some_colours_as_hexadecimal():
    names, rgb = color_names()
    of = dict(zip(names, (rgb * 255).round().astype(int).tolist(), strict=True))
    assert of["red"] == [0xE5, 0x00, 0x00]
    assert of["white"] == [255, 255, 255]
    assert of["sky blue"] == [0x75, 0xBB, 0xFD]


def test_a_caller_may_change_what_it_got():
    names, rgb = color_names()
    names.clear()
    rgb[:] = -1
    again = color_names()
    assert len(again.names) == 949
    assert again.rgb.min() == 0
