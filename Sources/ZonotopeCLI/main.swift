print("zonotope")
