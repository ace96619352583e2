"""Scans: a page of print drawn at 300 dots an inch, a little crooked and noisy, as a picture or in a PDF."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_PAGE = (2480, 1500)
"""Pixels: the upper part of A4."""
_FONT = "NotoSans-Regular.ttf"


def scan(text, *, noise=5.0, degrees=0.4, blur=1.0, form="PNG", seed=1):
    """Return the page as a file; `blur` below 1 loses detail as a bad copier does."""
    page = Image.new("L", _PAGE, 250)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(_FONT, 50)
    draw.multiline_text((240, 260), text, font=font, fill=20, spacing=26)
    page = page.rotate(degrees, fillcolor=250)
    if blur < 1:
        small = page.resize((round(_PAGE[0] * blur), round(_PAGE[1] * blur)))
        page = small.resize(_PAGE)
    chance = np.random.default_rng(seed)
    noisy = np.asarray(page, np.float32) + chance.normal(0, noise, (_PAGE[1], _PAGE[0]))
    page = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    packed = BytesIO()
    page.save(packed, form, **({"resolution": 300} if form == "PDF" else {}))
    return packed.getvalue()
