"""Inference of what a service's requests and responses mean, from the values that recorded traffic shows.

The meaning of a value is found by where it came from and where it went to: an order id in a response reappears in the
path of a later request, a price in the quote before it. Names and types decide nothing.
"""
