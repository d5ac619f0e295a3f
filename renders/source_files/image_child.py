"""The child of `images.py`: decodes one picture with Pillow. Imports nothing of the project.

Run as `python -I image_child.py look PATH` (answers `{width, height}`), or
`python -I image_child.py place PATH OUT WIDTH HEIGHT RED GREEN BLUE NARROWEST WIDEST`: writes a PNG of that size
without any metadata, the whole picture in it, upright, on a blurred copy of itself that is mixed with the colour; or,
where the picture's shape (width by height) lies between the last two, its middle over all of it. `{fault}` where it
fails.
"""

from __future__ import annotations

import json
import sys
import warnings

from PIL import Image, ImageFilter, ImageOps

_MOST_PIXELS = 64_000_000
_SMALL = 24
"""The blurred surround is made this many times smaller: blurring is cheap there."""
_TOWARDS_COLOUR = 0.45


def opened(path: str) -> Image.Image:
    image = Image.open(path, formats=["PNG", "JPEG", "WEBP"])
    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise ValueError(f"pixels {width} x {height}")
    if min(width, height) < 16:
        raise ValueError(f"tiny {width} x {height}")
    return image


def look(path: str) -> dict[str, object]:
    image = opened(path)
    image.load()
    width, height = ImageOps.exif_transpose(image).size
    return {"width": width, "height": height}


def place(
    path: str, out: str, size: tuple[int, int], colour: tuple[int, int, int], covering: tuple[float, float]
) -> dict[str, object]:
    image = opened(path)
    image.draft("RGB", (size[0] * 2, size[1] * 2))
    image = flat(ImageOps.exif_transpose(image), colour)
    if covering[0] <= image.width / image.height <= covering[1]:
        placed = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    else:
        placed = surrounded(image, *size, colour)
    placed.save(out, format="PNG", compress_level=1)
    return {"width": placed.width, "height": placed.height}


def surrounded(image: Image.Image, width: int, height: int, colour: tuple[int, int, int]) -> Image.Image:
    """The whole picture on a blurred copy of itself."""
    small = (max(1, width // _SMALL), max(1, height // _SMALL))
    ground = ImageOps.fit(image, small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1.6))
    ground = ground.resize((width, height), Image.Resampling.BICUBIC)
    ground = Image.blend(ground, Image.new("RGB", ground.size, colour), _TOWARDS_COLOUR)
    picture = ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS)
    ground.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    return ground


def flat(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """Without transparency, 8 bit, RGB."""
    if image.mode in ("I", "I;16", "I;16B", "F"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "P", "La", "RGBa"):
        image = image.convert("RGBA")
        under = Image.new("RGBA", image.size, (*colour, 255))
        image = Image.alpha_composite(under, image)
    return image.convert("RGB")


def main() -> None:
    task, path, *rest = sys.argv[1:]
    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and says how large it is
    warnings.simplefilter("ignore")
    try:
        if task == "look":
            told = look(path)
        else:
            out, *numbers, narrowest, widest = rest
            width, height, red, green, blue = map(int, numbers)
            told = place(path, out, (width, height), (red, green, blue), (float(narrowest), float(widest)))
    except ValueError as error:
        told = {"fault": str(error)[:200]}
    except MemoryError:
        told = {"fault": "memory"}
    except Exception as error:  # a damaged picture can break a decoder anywhere
        told = {"fault": f"broken {type(error).__name__}: {str(error)[:200]}"}
    json.dump(told, sys.stdout)


main()
