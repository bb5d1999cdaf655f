"""What proves that nothing was lost?"""
