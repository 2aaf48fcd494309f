"""What people's answers teach: how likely an incident is to be a real one. It orders and never decides.

In:   incidents as numbers (what they cost, against what was usual, how sure the detector was, what moved), and the
      words people found for earlier ones.
Out:  a chance for each, where it is known better than the share of real ones among all; None where it is not.
Not:  it opens, hides and closes nothing; it reads no table.

scikit-learn takes seconds to load, so nothing imports this package until there are answers enough (`alerts.likely`).
"""

from alerts.learning.chances import FEATURES, Chances, learned

__all__ = ["FEATURES", "Chances", "learned"]
