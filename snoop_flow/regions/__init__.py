"""Regions: parts of images that are found, marked and annotated by themselves.

A region is an item with a parent and a box (`xywh`). Its vectors lie in an embedding set of their own beside that of
the whole images, so that searching and teaching on whole images stay as they are; a set of regions also holds each
segmented image as a whole, since an object may fill it.
"""
