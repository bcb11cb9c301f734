#!/usr/bin/env python3
"""Writes a table of small images for docs/tokens.md: bars, posts, crosses and rings at random places, with noise.

    python3 docs/shapes.py > shapes.csv
"""
import random
import sys

SIDE, ROWS, NOISE = 8, 1200, 0.15


def image(shape, generator):
    pixels = [[NOISE * generator.gauss(0, 1) for _ in range(SIDE)] for _ in range(SIDE)]
    top, left = generator.randrange(SIDE - 4), generator.randrange(SIDE - 4)
    for i in range(5):
        for j in range(5):
            drawn = {
                "bar": i == 2,
                "post": j == 2,
                "cross": i == 2 or j == 2,
                "ring": (i in (0, 4)) != (j in (0, 4)),
            }[shape]
            if drawn:
                pixels[top + i][left + j] += 1
    return pixels


def main():
    generator = random.Random(1)
    names = [f"p{i}{j}" for i in range(SIDE) for j in range(SIDE)]
    print(",".join(names + ["shape"]))
    shapes = ["bar", "post", "cross", "ring"]
    for row in range(ROWS):
        shape = shapes[row % len(shapes)]
        values = [f"{value:.3f}" for line in image(shape, generator) for value in line]
        print(",".join(values + [shape]))


if __name__ == "__main__":
    sys.exit(main())
