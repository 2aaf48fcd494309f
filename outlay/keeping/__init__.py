"""That nothing is lost: records beside the warehouse, copies, counting again, making anew what is damaged."""
