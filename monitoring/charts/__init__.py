"""Charts as geometry: templates draw them as SVG (LOOK: direct labels, an honest axis, a table behind each).

Places along the axis of time are percents of the width, heights are pixels: a chart is as wide as its page, and its
letters keep their size.
"""
