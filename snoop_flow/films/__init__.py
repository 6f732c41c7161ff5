"""Films: shots and keyframes in time, what classes found in them, marks on shots and spans, their manifests."""
