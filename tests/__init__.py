"""The checks of the whole program; the folders mirror `booking/`."""
