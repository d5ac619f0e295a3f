"""Data that is enough for every kind of scene."""

from __future__ import annotations

from typing import Any

SCENE_DATA: dict[str, Any] = {
    "headline": "Solar capacity in India then and now",
    "kicker": "Energy",
    "footer": "3 items",
    "source": "Day in Hindi",
    "points": ["One plant in 2014", "Hundreds of plants", "The goal for 2030 is 500 GW"],
    "value": "2,525",
    "unit": "km",
    "label": "length of the Ganga",
    "quote": "The universe opens itself up to you",
    "speaker": "Nancy Grace Roman",
    "place": "Baikonur",
    "lat": 45.9,
    "lon": 63.3,
    "left": {"label": "2014", "value": "20 GW", "points": ["few"]},
    "right": {"label": "2024", "value": "80 GW", "points": ["many"]},
    "series": [{"label": "Wind", "value": 10}, {"label": "Solar", "value": "40"}, {"label": "Hydro", "value": 20}],
    "events": [{"when": "1961", "what": "Gagarin"}, {"when": "1969", "what": "The Moon"}],
}
