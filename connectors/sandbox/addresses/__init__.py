"""An address base for a made-up country: four communes, their streets, and the houses along them."""
